// Checks settings against the JSON Schema in a plugin's manifest, which a stranger wrote, with bounded work.
// What could run for ever or grow without end is refused before the library sees it; nothing is kept or changed.
import { z } from "zod";
import { EmgateError } from "../../contracts/errors.ts";
import type { Json, JsonObject } from "../../contracts/json.ts";

/**
 * Nodes of the schema times nodes of the value. Every part of an `anyOf` keeps its issues of every item of a
 * list, so that a schema and a list of a few KiB each could fill the gateway's memory.
 */
const MAX_CHECKS = 200_000;
/** Expressions of one schema, and characters of each: what they may cost together on a text of 16 KiB. */
const MAX_PATTERNS = 20;
const MAX_PATTERN_CHARS = 100;
/** Characters of a path, an expectation or a complaint; a message is read by people. */
const MAX_MESSAGE_CHARS = 300;

/** Keywords whose value is a schema or a list of schemas, and those whose value names schemas. */
const SCHEMA_KEYWORDS = [
  "items",
  "prefixItems",
  "additionalItems",
  "additionalProperties",
  "contains",
  "propertyNames",
  "anyOf",
  "oneOf",
  "allOf",
] as const;

/**
 * Expressions of characters, classes and escapes that are no back-references, from the text's start on, of which
 * one alone may vary in number. The work of one is bounded by its length times the text's: there is never a
 * second way to match the same characters (ReDoS).
 */
const ATOM = String.raw`(?:\\[^\dk]|\[(?:[^\]\\]|\\.)*\]|[^()[\]{}*+?|\\])`;
const FIXED = String.raw`${ATOM}(?:\{\d{1,2}\})?`;
const VARIED = String.raw`${ATOM}(?:[*+?]|\{\d{1,2},\d{0,2}\})\??`;
const linearPattern = new RegExp(String.raw`^\^(?:${FIXED})*(?:${VARIED}${ATOM}*)?$`);

interface Tally {
  schemas: number;
  patterns: number;
}

/**
 * Asserts that `value` is what a manifest's `settings` take.
 *
 * @throws INVALID_ARGUMENT naming the setting and what was expected, or the keyword that cannot be checked here
 */
export function assertSettings(schema: JsonObject, value: JsonObject): void {
  if (schema.type !== undefined && schema.type !== "object") refuse("has another type than object");
  const tally = { schemas: 0, patterns: 0 };
  surveySchema(schema, "settings", tally);
  if (tally.schemas * countNodes(value) > MAX_CHECKS || tally.patterns > MAX_PATTERNS) {
    refuse("is too large to check these settings by");
  }
  try {
    // A registry of its own: the global one keeps each schema that has an id for good.
    const parser = z.fromJSONSchema({ ...schema, type: "object" }, { registry: z.registry() });
    const parsed = parser.safeParse(value);
    if (!parsed.success) refuseValue(parsed.error.issues[0]);
  } catch (cause) {
    if (cause instanceof EmgateError) throw cause;
    // The library's own errors: keywords that it does not know, and an allOf whose parts cannot be one.
    refuse(`cannot be read: ${cause instanceof Error ? cause.message : "unknown"}`, cause);
  }
}

/** Visits each schema once: without references they are a tree, as deep as a manifest may be. */
function surveySchema(schema: unknown, path: string, tally: Tally): void {
  if (Array.isArray(schema)) {
    for (const inner of schema) surveySchema(inner, path, tally);
    return;
  }
  tally.schemas += 1;
  if (typeof schema !== "object" || schema === null) return;
  const keywords = schema as JsonObject; // the manifest's schema holds plain JSON alone
  assertBounded(keywords, path);
  if (keywords.pattern !== undefined) tally.patterns += 1;
  if (Array.isArray(keywords.enum)) tally.schemas += keywords.enum.length;
  for (const keyword of SCHEMA_KEYWORDS) {
    if (keywords[keyword] !== undefined) surveySchema(keywords[keyword], `${path}.${keyword}`, tally);
  }
  for (const [name, property] of Object.entries(keywords.properties ?? {})) {
    surveySchema(property, `${path}.${name}`, tally);
  }
}

function assertBounded({ $ref, patternProperties, pattern, type }: JsonObject, path: string): void {
  // References can double at each step, or go round for ever.
  if ($ref !== undefined) refuse(`has a $ref at ${path}: write it out instead`);
  if (patternProperties !== undefined) refuse(`has patternProperties at ${path}, which cannot be checked`);
  // The library reads what is inside once for each mention, so two of one type double at each level.
  if (Array.isArray(type) && new Set(type).size < type.length) refuse(`names a type twice at ${path}`);
  if (pattern === undefined) return;
  if (typeof pattern !== "string" || pattern.length > MAX_PATTERN_CHARS || !linearPattern.test(pattern)) {
    refuse(
      `has a pattern that may take too long: expected ^ and at most ${MAX_PATTERN_CHARS} characters, no groups or |, at most one *, +, ? or {m,n} and no {n} after it, at ${path}`,
    );
  }
}

function countNodes(value: Json): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((total: number, inner) => total + countNodes(inner), 1);
}

function refuseValue(issue: z.core.$ZodIssue | undefined): never {
  const path = ["settings", ...(issue?.path ?? [])].map(String).join(".").slice(0, MAX_MESSAGE_CHARS);
  const expected = expectationOf(issue).slice(0, MAX_MESSAGE_CHARS);
  throw new EmgateError("INVALID_ARGUMENT", `${path}: ${expected}`, { details: { path } });
}

/** «Invalid input: expected string, received number, or Invalid input: expected null, received number» */
function expectationOf(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code !== "invalid_union" || issue.errors.length === 0) return issue?.message ?? "malformed";
  return issue.errors.map(([first]) => expectationOf(first)).join(", or ");
}

function refuse(what: string, cause?: unknown): never {
  const message = `settings: the plugin's schema ${what}`.slice(0, MAX_MESSAGE_CHARS);
  throw new EmgateError("INVALID_ARGUMENT", message, { cause });
}
