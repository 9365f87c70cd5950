// `emgate tokens create|list|revoke`: tokens for people, consoles and cores.
// Never shows a token but the one just made, once; the server keeps digests only.
import { type Command, Option } from "commander";
import type { SiteId } from "../../contracts/ids.ts";
import { type AdminArguments, ROLES, type Role } from "../../contracts/rpc.ts";
import { addExample } from "../program/add-example.ts";
import { expiresOption, parseSiteId } from "../program/parse-options.ts";
import type { Answering } from "../program/run-command.ts";
import { useServer } from "../session/use-server.ts";
import { renderNewToken, renderRevoked, renderTokens } from "./render-tokens.ts";

interface CreateOptions {
  readonly role: Role;
  readonly site?: SiteId;
  readonly label?: string;
  readonly expires?: number;
}

interface SiteChoice {
  readonly site?: SiteId;
}

const ROLE_HELP = `
Roles:
  operator   everything, keys, sites and yanks too; without --site
  owner      everything on one site, its tokens too
  admin      installs and grants on one site
  viewer     reads on one site
  core       calls one site's hooks: for the CMS itself`;

export function addTokensCommand(program: Command, answer: Answering): void {
  const group = program.command("tokens").description("make, list and revoke tokens");
  addCreate(group, answer);
  const list = group
    .command("list")
    .description("list tokens; what a token is, nobody can read again")
    .option("--site <id>", "those of this site; else all, which an operator may see", parseSiteId)
    .action(({ site }: SiteChoice) =>
      answer(list, async (context) => ({
        json: await useServer(context, (admin) => admin.listTokens(toSite(site))),
        render: renderTokens,
      })),
    );
  addExample(list, "emgate tokens list", "emgate tokens list --site demo");
  const revoke = group
    .command("revoke")
    .description("revoke a token; sessions that it opened end with it")
    .argument("<id>", "the token's id, as `emgate tokens list` shows it")
    .option("--site <id>", "the site it is for, for who owns that site", parseSiteId)
    .action((id: string, { site }: SiteChoice) =>
      answer(revoke, async (context) => {
        const json = await useServer(context, (admin) => admin.revokeToken({ id, ...toSite(site) }));
        return {
          json,
          render: (view: typeof json, paint) => renderRevoked(id, view, paint),
          exitStatus: json.revoked ? 0 : 1,
        };
      }),
    );
  addExample(revoke, "emgate tokens revoke 4f1c22");
}

function addCreate(group: Command, answer: Answering): void {
  const create = group
    .command("create")
    .description("make a token; it is shown this once")
    .addOption(new Option("--role <role>", "what it may do").choices(ROLES).makeOptionMandatory())
    .option("--site <id>", "the one site it is for", parseSiteId)
    .option("--label <text>", "what it is for, to know it again")
    .addOption(expiresOption("its lifetime"))
    .action((options: CreateOptions) =>
      answer(create, async (context) => ({
        json: await useServer(context, (admin) => admin.createToken(toArguments(options))),
        render: renderNewToken,
      })),
    );
  create.addHelpText("after", ROLE_HELP);
  addExample(
    create,
    "emgate tokens create --role core --site demo --label website --expires 90d",
    "emgate tokens create --role operator --label laptop --expires 30d",
  );
}

function toArguments({ role, site, label, expires }: CreateOptions): AdminArguments["createToken"] {
  return {
    role,
    ...toSite(site),
    ...(label !== undefined && { label }),
    ...(expires !== undefined && { expiresInSeconds: expires }),
  };
}

function toSite(site: SiteId | undefined): { site?: SiteId } {
  return site === undefined ? {} : { site };
}
