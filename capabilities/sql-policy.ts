// Which SQL a plugin's database takes: all that D1 takes, but for settings that outlive their statement.
// It reads where statements begin and what they begin with; whether the rest is SQL is up to the database.
import { EmgateError } from "../contracts/errors.ts";
import { readTokens } from "./sql-tokens.ts";

/**
 * D1 takes more, and some of those stay set for whoever comes next: `recursive_triggers`, `case_sensitive_like`,
 * `foreign_keys`, `ignore_check_constraints`.
 */
const PRAGMAS: readonly string[] = ["table_list", "table_info", "defer_foreign_keys"];

/** Words that may stand before a statement leave it one: `EXPLAIN PRAGMA …` sets what it explains. */
const PREFIXES: readonly string[] = ["explain", "query", "plan"];
const GROWING: readonly string[] = ["alter", "analyze", "create", "insert", "reindex", "replace", "update"];

const MAX_NAME_CHARS = 64;

/** @throws INVALID_ARGUMENT for a PRAGMA that is not among those that end with their statement */
export function assertAllowedSql(sql: string): void {
  for (const { first, rest } of readStatements(sql)) {
    if (first === "pragma") assertAllowedPragma(rest);
  }
}

/**
 * Whether a statement of it may make the database larger. Nothing that only reads or deletes counts; that a trigger
 * of the plugin's own inserts when something is deleted does not count either.
 */
export function mayGrow(sql: string): boolean {
  return readStatements(sql).some(({ explained, first, rest }) => {
    if (explained) return false;
    if (first !== "with") return GROWING.includes(first);
    // Both words are reserved, so outside quotes they are nobody's column; `replace` is a function too.
    return rest.some((token, at) =>
      token === "replace" ? rest[at + 1] === "into" : token === "insert" || token === "update",
    );
  });
}

interface Statement {
  readonly explained: boolean;
  /** The word that it begins with, in lower case. */
  readonly first: string;
  readonly rest: readonly string[];
}

/** The inside of a trigger reads as statements too: stricter than need be, and never laxer. */
function readStatements(sql: string): Statement[] {
  const statements: Statement[] = [];
  let tokens: string[] = [];
  for (const token of [...readTokens(sql)].map(({ text }) => text).concat(";")) {
    if (token !== ";") {
      tokens.push(token);
      continue;
    }
    const start = tokens.findIndex((candidate) => !PREFIXES.includes(candidate));
    const [first, ...rest] = start < 0 ? [] : tokens.slice(start);
    if (first !== undefined) statements.push({ explained: tokens[0] === "explain", first, rest });
    tokens = [];
  }
  return statements;
}

/** `name`, or `schema.name`. */
function assertAllowedPragma([first = "", second, third = ""]: readonly string[]): void {
  const name = unquote(second === "." ? third : first);
  if (PRAGMAS.includes(name)) return;
  const asked = name.slice(0, MAX_NAME_CHARS) || "one without a name";
  throw new EmgateError("INVALID_ARGUMENT", `db: expected no PRAGMA but ${PRAGMAS.join(", ")}; got ${asked}`);
}

function unquote(token: string): string {
  return /^['"`[]/.test(token) ? token.slice(1, -1) : token;
}
