// Reads what `emgate run` is told: plugin, event, pages and scopes, each refused with its name when wrong.
// Never starts anything: a mistake costs no gateway.
import { resolve } from "node:path";
import type { HookName } from "../../contracts/hooks.ts";
import type { SiteId } from "../../contracts/ids.ts";
import { MAX_EVENT_CHARS, MAX_SEED_BYTES } from "../../contracts/limits.ts";
import { bundlePlugin } from "../bundle/index.ts";
import { readJson, readText } from "../files/read-files.ts";
import type { CommandContext } from "../program/run-command.ts";
import type { RunRequest } from "./api.ts";
import { chooseScopes } from "./choose-scopes.ts";
import { parsePagesFile } from "./parse-pages.ts";
import { prepareEvent } from "./prepare-event.ts";
import { stampVersion } from "./stamp-version.ts";

export interface RunOptions {
  readonly hook: HookName;
  readonly event: string;
  readonly grant?: readonly string[];
  readonly site: SiteId;
  readonly pages?: string;
  readonly state?: string;
  readonly manifest?: string;
}

export async function readRunRequest(
  context: CommandContext,
  path: string,
  options: RunOptions,
): Promise<RunRequest> {
  const { io } = context;
  const { hook, grant = null, site, pages, state, manifest } = options;
  const bundle = await bundlePlugin(resolve(io.cwd, path), manifest && resolve(io.cwd, manifest));
  const event = await readJson(io, options.event, { maxBytes: 3 * MAX_EVENT_CHARS, what: "the event" });
  const { scopes, cut } = chooseScopes(bundle.manifest, hook, grant);
  if (cut.length > 0) await context.warn(`plugin.json does not declare ${cut.join(", ")}; not granted`);
  return {
    bundle: state === undefined ? bundle : stampVersion(bundle),
    hook,
    event: prepareEvent(hook, event),
    scopes,
    site,
    pages: pages === undefined ? null : parsePagesFile(await readPages(context, pages), pages),
    stateDir: state === undefined ? null : resolve(io.cwd, state),
  };
}

function readPages({ io }: CommandContext, path: string): Promise<string> {
  return readText(io, path, { maxBytes: MAX_SEED_BYTES, what: "the pages file" });
}
