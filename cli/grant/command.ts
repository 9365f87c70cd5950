// `emgate grant <plugin> --site S`: shows what a plugin could do then, asks, and has exactly that signed.
// Never signs unseen: without a terminal to ask on, --yes must say that the caller knows.
import type { Command } from "commander";
import { EmgateError } from "../../contracts/errors.ts";
import type { PluginId, SiteId } from "../../contracts/ids.ts";
import type { Consent, GrantStatus } from "../../contracts/rpc.ts";
import type { Scope } from "../../contracts/scopes.ts";
import { addExample } from "../program/add-example.ts";
import { cleanStrings } from "../program/clean-text.ts";
import type { Paint } from "../program/io.ts";
import {
  type CaveatsByScope,
  collectCaveat,
  expiresOption,
  parsePluginId,
  parseScopes,
  siteOption,
} from "../program/parse-options.ts";
import type { Answering, CommandContext } from "../program/run-command.ts";
import { UsageError } from "../program/usage-error.ts";
import { useServer } from "../session/use-server.ts";
import { renderConsent } from "./render-consent.ts";

interface GrantOptions {
  readonly site: SiteId;
  readonly scope?: readonly Scope[];
  readonly caveat?: CaveatsByScope;
  readonly expires?: number;
  readonly only?: boolean;
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
    .option("--caveat <caveat>", 'narrow a scope: "read:pages collections=posts"; repeatable', collectCaveat)
    .addOption(expiresOption("the grant's lifetime, at most 90d"))
    .option("--only", "grant the scopes given and take back all others")
    .option("--yes", "grant without asking")
    .action((plugin: PluginId, options: GrantOptions) =>
      answer(command, async (context) => {
        assertCanAsk(context, options);
        const wanted = { site: options.site, plugin, ...toTerms(options) };
        const consent = await useServer(context, (admin) => admin.describeConsent(wanted));
        await showConsent(context, consent, options);
        const granted = await useServer(context, (admin) =>
          admin.grant({
            ...wanted,
            consent: consent.digest,
            ...(options.expires !== undefined && { expiresInSeconds: options.expires }),
          }),
        );
        return { json: granted, render: renderGranted };
      }),
    );
  addExample(
    command,
    "emgate grant seo-check --site demo",
    'emgate grant seo-check --site demo --scope "hook:beforePublish read:pages" --caveat "read:pages collections=posts" --expires 30d --yes',
  );
}

function assertCanAsk({ io, options: { json } }: CommandContext, { yes, only, scope }: GrantOptions): void {
  if (only && !scope) throw new UsageError("--only needs --scope: it names all that the grant will hold");
  if (yes || (io.canAsk && !json)) return;
  throw new UsageError("there is no terminal to ask on; --yes grants what is shown without asking");
}

function toTerms({ scope, caveat, only }: GrantOptions) {
  return {
    ...(scope !== undefined && { scopes: [...scope] }),
    ...(caveat !== undefined && { caveats: caveat }),
    only: only === true,
  };
}

/** The text stands on stderr whether or not somebody is asked: what was signed must have been seen. */
async function showConsent(
  { io }: CommandContext,
  consent: Consent,
  { site, yes }: GrantOptions,
): Promise<void> {
  await io.writeError(`${renderConsent(cleanStrings(consent), site, io.paintError)}\n`);
  if (yes || (await io.confirm("Grant this?"))) return;
  throw new EmgateError("PERMISSION_DENIED", "nothing was granted: you declined");
}

function renderGranted({ plugin, version, scope, expiresAt, jti }: GrantStatus, paint: Paint): string {
  return `${paint("green", "granted")} ${plugin}@${version}: ${scope}\nuntil ${expiresAt} (grant ${jti})`;
}
