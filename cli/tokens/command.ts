// `emgate tokens create|list|revoke`: tokens for people, consoles and cores.
// Never shows a token but the one just made, once; the server keeps digests only.
import { type Command, Option } from "commander";
import type { SiteId } from "../../contracts/ids.ts";
import { type AdminArguments, ROLES, type Role, type TokenStatus } from "../../contracts/rpc.ts";
import { addExample } from "../program/add-example.ts";
import { formatTable } from "../program/format-table.ts";
import type { Paint } from "../program/io.ts";
import { expiresOption, parseSiteId } from "../program/parse-options.ts";
import type { Answering } from "../program/run-command.ts";
import { useServer } from "../session/use-server.ts";

interface CreateOptions {
  readonly role: Role;
  readonly site?: SiteId;
  readonly label?: string;
  readonly expires?: number;
}

export function addTokensCommand(program: Command, answer: Answering): void {
  const group = program.command("tokens").description("make, list and revoke tokens");
  addCreate(group, answer);
  const list = group
    .command("list")
    .description("list the tokens of the server")
    .action(() =>
      answer(list, async (context) => ({
        json: await useServer(context, (admin) => admin.listTokens()),
        render: renderTokens,
      })),
    );
  addExample(list, "emgate tokens list");
  const revoke = group
    .command("revoke")
    .description("revoke a token")
    .argument("<id>", "the token's id, as `emgate tokens list` shows it")
    .action((id: string) =>
      answer(revoke, async (context) => {
        const json = await useServer(context, (admin) => admin.revokeToken({ id }));
        return {
          json,
          render: (view: { revoked: boolean }) =>
            view.revoked ? `revoked ${id}` : `there is no token ${id}`,
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
  addExample(create, "emgate tokens create --role core --site demo --label website --expires 90d");
}

function toArguments({ role, site, label, expires }: CreateOptions): AdminArguments["createToken"] {
  return {
    role,
    ...(site !== undefined && { site }),
    ...(label !== undefined && { label }),
    ...(expires !== undefined && { expiresInSeconds: expires }),
  };
}

function renderNewToken(
  { token, id, role, site, expiresAt }: TokenStatus & { token: string },
  paint: Paint,
): string {
  const where = site === null ? "the deployment" : `site ${site}`;
  const until = expiresAt === null ? "" : ` until ${expiresAt}`;
  return `${token}\n${paint("dim", `${role} of ${where}${until}; id ${id}. It is not shown again.`)}`;
}

function renderTokens(tokens: readonly TokenStatus[]): string {
  return formatTable(
    ["ID", "ROLE", "SITE", "LABEL", "CREATED", "EXPIRES"],
    tokens.map(({ id, role, site, label, createdAt, expiresAt }) => [
      id,
      role,
      site ?? "-",
      label || "-",
      createdAt,
      expiresAt ?? "never",
    ]),
    "no tokens",
  );
}
