// `emgate grant <plugin> --site S`: shows what a plugin could do then, asks, and has exactly that signed.
// Never signs unseen: without a terminal to ask on, --yes must say that the caller knows.
import type { Command } from "commander";
import type { PluginId, SiteId } from "../../contracts/ids.ts";
import type { GrantStatus } from "../../contracts/rpc.ts";
import type { Scope } from "../../contracts/scopes.ts";
import { addExample } from "../program/add-example.ts";
import { askUnlessYes, assertCanAsk } from "../program/ask.ts";
import { cleanStrings } from "../program/clean-text.ts";
import type { Paint } from "../program/io.ts";
import { type CaveatsByScope, collectCaveat } from "../program/parse-caveats.ts";
import { expiresOption, parsePluginId, parseScopes, siteOption } from "../program/parse-options.ts";
import type { Answer, Answering, CommandContext } from "../program/run-command.ts";
import { UsageError } from "../program/usage-error.ts";
import { useServer } from "../session/use-server.ts";
import { type Proposal, type Proposed, proposeGrant } from "./api.ts";
import { renderConsent } from "./render-consent.ts";
import { renderDryRun, wouldFail } from "./render-dry-run.ts";

interface GrantOptions {
  readonly site: SiteId;
  readonly scope?: readonly Scope[];
  readonly caveat?: CaveatsByScope;
  readonly expires?: number;
  readonly only?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

export function addGrantCommand(program: Command, answer: Answering): void {
  const command = program
    .command("grant")
    .description("show what a plugin asks for on a site, and grant it")
    .argument("<plugin>", "the plugin's id", parsePluginId)
    .addOption(siteOption())
    .option(
      "--scope <scopes>",
      "grant these, on top of the grant in force; else all it declares",
      parseScopes,
    )
    .option(
      "--caveat <caveat>",
      'narrow a scope: "read:pages collections=posts,pages fields=title"; repeatable',
      collectCaveat,
    )
    .addOption(expiresOption("the grant's lifetime, at most 90d"))
    .option("--only", "grant the scopes given and take back all others")
    .option("--dry-run", "show it, try each hook under it, and sign nothing; ends with 1 if one would fail")
    .option("--yes", "grant without asking")
    .action((plugin: PluginId, options: GrantOptions) => {
      if (options.only && !options.scope) {
        throw new UsageError("--only needs --scope: it names all that the grant will hold");
      }
      const wanted = { site: options.site, plugin, ...toTerms(options) };
      return options.dryRun
        ? answer(command, (context) => tryGrant(context, wanted))
        : answer(command, (context) => grant(context, wanted, options));
    });
  addExample(
    command,
    "emgate grant seo-check --site demo",
    'emgate grant seo-check --site demo --scope "hook:beforePublish read:pages" --caveat "read:pages collections=posts" --expires 30d --yes',
    'emgate grant seo-check --site demo --caveat "write:kv keyPrefix=findings/ maxBytes=1048576" --dry-run',
  );
}

async function grant(
  context: CommandContext,
  wanted: Proposal,
  options: GrantOptions,
): Promise<Answer<GrantStatus>> {
  assertCanAsk(context, options);
  const { io } = context;
  // Two sessions: a person may think for longer than one is kept open.
  const proposed = await useServer(context, (admin) => proposeGrant(admin, wanted, false));
  await io.writeError(`${renderProposal(cleanStrings(proposed), wanted.site, io.paintError)}\n`);
  await askUnlessYes(context, options, "Grant this?", "nothing was granted");
  const granted = await useServer(context, (admin) =>
    admin.grant({
      ...wanted,
      consent: proposed.consent.digest,
      ...(options.expires !== undefined && { expiresInSeconds: options.expires }),
    }),
  );
  return { json: granted, render: renderGranted };
}

async function tryGrant(context: CommandContext, wanted: Proposal): Promise<Answer<Proposed>> {
  const proposed = await useServer(context, (admin) => proposeGrant(admin, wanted, true));
  return {
    json: proposed,
    render: (view, paint) => `${renderProposal(view, wanted.site, paint)}\nNothing was signed.`,
    exitStatus: proposed.dryRun?.some(wouldFail) ? 1 : 0,
  };
}

function toTerms({ scope, caveat, only }: GrantOptions) {
  return {
    ...(scope !== undefined && { scopes: [...scope] }),
    ...(caveat !== undefined && { caveats: caveat }),
    only: only === true,
  };
}

/** All that a person decides by; the dry run stands last, next to the question. */
function renderProposal({ consent, dryRun }: Proposed, site: string, paint: Paint): string {
  const tried = dryRun === null ? [] : [renderDryRun(dryRun, paint)];
  return [renderConsent(consent, site, paint), ...tried].join("\n");
}

function renderGranted({ plugin, version, scope, expiresAt, jti }: GrantStatus, paint: Paint): string {
  return `${paint("green", "granted")} ${plugin}@${version}: ${scope}\nuntil ${expiresAt} (grant ${jti})`;
}
