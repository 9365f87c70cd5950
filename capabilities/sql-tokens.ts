// Reads SQL as SQLite does, as far as it takes to tell where statements begin and end.
// It knows nothing of what statements mean; whether it is SQL at all is up to the database.

/**
 * SQLite's tokens as far as they matter (sqlite.org/lang_expr.html, tokenize.c): what is skipped, what is quoted,
 * variables, names, and single characters. A byte order mark is white space to SQLite, anything else past ASCII part of
 * a name; `$a(…)` is one variable, whatever stands inside, a quote or the beginning of a comment too.
 */
const TOKENS =
  /(?<skipped>[ \t-\r\ufeff]+|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<quoted>'(?:[^']|'')*'?|"(?:[^"]|"")*"?|`(?:[^`]|``)*`?|\[[^\]]*\]?)|(?<variable>[$@:#](?:::|[A-Za-z0-9_$\u0080-\uffff])*(?:\([^ \t-\r)]*\)?)?)|(?<name>[A-Za-z0-9_$\u0080-\ufefe\uff00-\uffff]+)|[\s\S]/g;

/** What a trigger's statement begins with; its body holds statements of its own. */
const CREATES_TRIGGER = /^(?:explain (?:query plan )?)?create (?:temp(?:orary)? )?trigger(?: |$)/;
/** Tokens that say whether it does. */
const MAX_OPENING_TOKENS = 6;

export interface SqlToken {
  /** In lower case. */
  readonly text: string;
  /** Of its first character, in UTF-16 code units. */
  readonly at: number;
}

/** The tokens that say something: no white space, no comments. */
export function* readTokens(sql: string): Generator<SqlToken> {
  for (const { 0: text, index: at, groups } of sql.matchAll(TOKENS)) {
    if (groups?.skipped === undefined) yield { text: text.toLowerCase(), at };
  }
}

/**
 * The statements of a text, without the semicolons between them; what holds none falls away. A trigger ends where
 * SQLite's own sqlite3_complete() says so: at the semicolon behind an END that follows a semicolon.
 */
export function splitStatements(sql: string): string[] {
  const statements: string[] = [];
  let startsAt = 0;
  let opening: string[] = [];
  let [last, beforeLast] = ["", ""];
  const end = (at: number): void => {
    if (opening.length > 0) statements.push(sql.slice(startsAt, at).trim());
    startsAt = at + 1;
    opening = [];
  };
  for (const { text, at } of readTokens(sql)) {
    const isWithin = isTrigger(opening) && !(last === "end" && beforeLast === ";");
    if (text === ";" && !isWithin) end(at);
    else if (opening.length < MAX_OPENING_TOKENS) opening.push(text);
    [last, beforeLast] = [text, last];
  }
  end(sql.length);
  return statements;
}

function isTrigger(opening: readonly string[]): boolean {
  return CREATES_TRIGGER.test(opening.join(" "));
}
