// Turns the text of options and arguments into values; what it refuses is wrong usage (exit status 64).
// Pure: reads no file and asks no server.
import { InvalidArgumentError, Option } from "commander";
import { z } from "zod";
import {
  type PluginId,
  pluginIdSchema,
  type SiteId,
  siteIdSchema,
  versionSchema,
} from "../../contracts/ids.ts";
import { adminArguments } from "../../contracts/rpc.ts";
import { SCOPES, type Scope, scopeSchema } from "../../contracts/scopes.ts";

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const;

const timeSchema = z.union([z.iso.datetime({ offset: true }), z.iso.date()]);

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

export function reasonOption(): Option {
  return new Option("--reason <text>", "why; the audit log keeps it").argParser(parseReason);
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

function parseReason(text: string): string {
  return parseWith(adminArguments.yank.shape.reason, text);
}

export function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new InvalidArgumentError("expected a port: 1 to 65535");
}

/** Milliseconds that a runtime may answer nothing: fewer would take an honest pause for a wedge. */
export function parsePatienceMs(text: string): number {
  const ms = Number(text);
  if (/^\d{1,6}$/.test(text) && ms >= 500 && ms <= 600_000) return ms;
  throw new InvalidArgumentError("expected milliseconds: 500 to 600000");
}

/** Parses how many there are to be at the most: 1 to `max`. */
export function parseLimit(max: number): (text: string) => number {
  return (text) => {
    const limit = Number(text);
    if (/^\d{1,9}$/.test(text) && limit >= 1 && limit <= max) return limit;
    throw new InvalidArgumentError(`expected a number: 1 to ${max}`);
  };
}

/** The cursor that a page before has told. */
export function parseCursor(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("expected the cursor of the page before, a number");
}

/** `30d` as seconds. */
export function parseSpanSeconds(text: string): number {
  const match = /^([1-9]\d{0,8})([smhdw])$/.exec(text);
  if (!match) throw new InvalidArgumentError("expected a number and a unit: 90s, 15m, 12h, 30d, 8w");
  // The expression admits these five letters only.
  return Number(match[1]) * SECONDS[match[2] as keyof typeof SECONDS];
}

/** `24h` as the time that was then, or a date or time of ISO 8601 as it is; in UTC. */
export function parseSince(text: string, nowMs: number): string {
  if (/^\d+[a-z]$/i.test(text))
    return new Date(Math.max(0, nowMs - parseSpanSeconds(text) * 1000)).toISOString();
  const time = timeSchema.safeParse(text);
  if (time.success) return new Date(time.data).toISOString();
  throw new InvalidArgumentError("expected a span such as 24h or 7d, or a time such as 2026-01-31T08:00:00Z");
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

/** `minLength=10` as name and value; the value may be empty and may hold further `=`. */
export function parseSetting(text: string): readonly [name: string, value: string] {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError(`expected name=value, not ${text}`);
  return [text.slice(0, at), text.slice(at + 1)];
}

/** Collects arguments of the form name=value. */
export function collectSetting(
  text: string,
  previous: readonly (readonly [string, string])[] = [],
): readonly (readonly [string, string])[] {
  return [...previous, parseSetting(text)];
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
