// Turns the text of options and arguments into values; what it refuses is wrong usage (exit status 64).
// Pure: reads no file and asks no server.
import { InvalidArgumentError, Option } from "commander";
import { type Caveats, caveatsSchema } from "../../contracts/caveats.ts";
import {
  type PluginId,
  pluginIdSchema,
  type SiteId,
  siteIdSchema,
  versionSchema,
} from "../../contracts/ids.ts";
import { SCOPES, type Scope, scopeSchema, takesCaveats } from "../../contracts/scopes.ts";

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const;

/** Caveats by scope, as `--caveat` collects them. */
export type CaveatsByScope = Partial<Record<Scope, Caveats>>;

export function siteOption(): Option {
  return new Option("--site <id>", "the site").argParser(parseSiteId).makeOptionMandatory();
}

export function eventOption(): Option {
  return new Option(
    "--event <file>",
    "the hook's event as JSON; - reads it from stdin",
  ).makeOptionMandatory();
}

export function expiresOption(description: string): Option {
  return new Option("--expires <span>", `${description}, such as 90s, 15m, 12h, 30d or 8w`).argParser(
    parseSpanSeconds,
  );
}

export function parseSiteId(text: string): SiteId {
  return parseWith(siteIdSchema, text);
}

export function parsePluginId(text: string): PluginId {
  return parseWith(pluginIdSchema, text);
}

export function parseVersion(text: string): string {
  return parseWith(versionSchema, text);
}

export function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new InvalidArgumentError("expected a port: 1 to 65535");
}

/** `30d` as seconds. */
export function parseSpanSeconds(text: string): number {
  const match = /^([1-9]\d{0,8})([smhdw])$/.exec(text);
  if (!match) throw new InvalidArgumentError("expected a number and a unit: 90s, 15m, 12h, 30d, 8w");
  // The expression admits these five letters only.
  return Number(match[1]) * SECONDS[match[2] as keyof typeof SECONDS];
}

/** `"read:pages write:kv"` (spaces or commas) as scopes, each once. */
export function parseScopes(text: string): readonly Scope[] {
  const names = splitScopes(text);
  if (names.length === 0) throw new InvalidArgumentError("expected scopes separated by spaces");
  return names.map((name) => {
    const parsed = scopeSchema.safeParse(name);
    if (parsed.success) return parsed.data;
    throw new InvalidArgumentError(`${name} is not a scope; the scopes are ${SCOPES.join(", ")}`);
  });
}

/** The words of a list of scopes, each once; they may name scopes that do not exist. */
export function splitScopes(text: string): readonly string[] {
  return [...new Set(text.split(/[\s,]+/).filter((name) => name !== ""))];
}

/** Collects `read:pages collections=posts,pages`; a second one for the same scope adds its caveats. */
export function collectCaveat(text: string, previous: CaveatsByScope = {}): CaveatsByScope {
  const [name = "", ...settings] = text.trim().split(/\s+/);
  const scope = scopeSchema.safeParse(name);
  if (!scope.success || settings.length === 0) {
    throw new InvalidArgumentError('expected a scope and its caveats: "read:pages collections=posts,pages"');
  }
  const given = Object.fromEntries(settings.map(parseCaveat));
  const caveats = caveatsSchema.safeParse({ ...previous[scope.data], ...given });
  if (!caveats.success || !takesCaveats(scope.data, caveats.data)) {
    throw new InvalidArgumentError(`${scope.data} does not take ${Object.keys(given).join(", ")} so`);
  }
  return { ...previous, [scope.data]: caveats.data };
}

function parseCaveat(setting: string): [string, string[]] {
  const at = setting.indexOf("=");
  const values = setting.slice(at + 1).split(",");
  if (at < 1 || values.includes(""))
    throw new InvalidArgumentError(`expected name=value,value, not ${setting}`);
  return [setting.slice(0, at), values];
}

interface Parser<T> {
  safeParse(
    input: unknown,
  ): { success: true; data: T } | { success: false; error: { issues: { message: string }[] } };
}

function parseWith<T>(schema: Parser<T>, text: string): T {
  const parsed = schema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError(parsed.error.issues[0]?.message ?? "malformed");
}
