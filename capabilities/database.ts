// use:db: a plugin's own database, with D1's own calls and answers.
// Statements come as plain data and run on the one database that the install has; a binding never leaves here.
import { RpcTarget, WorkerEntrypoint } from "cloudflare:workers";
import { z } from "zod";
import type { CapabilityProps } from "../contracts/capability.ts";
import type { Caveats } from "../contracts/caveats.ts";
import { EmgateError, parseOrThrow } from "../contracts/errors.ts";
import { exceedsBytes } from "../contracts/json.ts";
import {
  DEFAULT_DATABASE_BYTES,
  MAX_DATABASE_STATEMENTS,
  MAX_SQL_BYTES,
  MAX_SQL_PARAMS,
} from "../contracts/limits.ts";
import type { Invocation, OpenBound } from "./capability.ts";
import { outsideCaveat } from "./denial.ts";
import { assertReading } from "./reading-only.ts";
import { assertAllowedSql, mayGrow } from "./sql-policy.ts";

const SCOPE = "use:db";

/** What D1 binds: `undefined`, objects and bigint are refused beside the plugin already, as D1 does. */
const paramSchema = z.custom<string | number | boolean | null | ArrayBuffer | ArrayBufferView | number[]>(
  isParam,
  "expected text, a number, a boolean, null or bytes",
);
const sqlSchema = z
  .string()
  .refine((sql) => !exceedsBytes(sql, MAX_SQL_BYTES), `expected at most ${MAX_SQL_BYTES} bytes of SQL`);
const statementSchema = z.strictObject({
  sql: sqlSchema,
  params: z.array(paramSchema).max(MAX_SQL_PARAMS).default([]),
});
const batchSchema = z.array(statementSchema).max(MAX_DATABASE_STATEMENTS);
const columnSchema = z.string().max(1024).optional();
const rawOptionsSchema = z.strictObject({ columnNames: z.boolean().optional() }).optional();

type Statement = z.infer<typeof statementSchema>;
/** What a call was given: a statement, those of a batch, or the lines of an `exec`. */
type Given = Statement | readonly (Statement | string)[];

/** The install's own database, or null where it has none. Asked in the turn of the effect. */
export type OpenDatabase = () => D1Database | null;

/** D1's word about the plugin's SQL, under the name that D1 gives it. */
class SqlError extends EmgateError {
  override readonly name = "Error";
}

/** Policy and effect; the faces below only hand over. */
export class Database {
  readonly #open: OpenDatabase;
  readonly #invocation: Invocation;
  readonly #use: "all" | "reading";
  /** Bytes that D1 last said the database has; null: not known, or not any more. */
  #sizeBytes: number | null = null;

  /** `use`: a database for reading takes single statements that write nothing. */
  constructor(open: OpenDatabase, invocation: Invocation, use: "all" | "reading" = "all") {
    this.#open = open;
    this.#invocation = invocation;
    this.#use = use;
  }

  first(statement: unknown, column?: unknown): Promise<unknown> {
    const parse = () => ({
      ...parseStatement(statement, "db.first"),
      column: parseOrThrow(columnSchema, column, "db.first: column"),
    });
    return this.#perform("first", [statement, column], parse, ({ column: name, ...given }, database) => {
      const prepared = prepare(database, given);
      return name === undefined ? prepared.first() : prepared.first(name);
    });
  }

  all(statement: unknown): Promise<D1Result> {
    const parse = () => parseStatement(statement, "db.all");
    return this.#perform("all", [statement], parse, (given, database) => prepare(database, given).all());
  }

  run(statement: unknown): Promise<D1Result> {
    const parse = () => parseStatement(statement, "db.run");
    return this.#perform("run", [statement], parse, (given, database) => prepare(database, given).run());
  }

  raw(statement: unknown, options?: unknown): Promise<unknown[]> {
    const parse = () => ({
      ...parseStatement(statement, "db.raw"),
      columnNames: parseOrThrow(rawOptionsSchema, options ?? undefined, "db.raw: options")?.columnNames,
    });
    return this.#perform("raw", [statement, options], parse, ({ columnNames, ...given }, database) => {
      const prepared = prepare(database, given);
      return columnNames === true ? prepared.raw({ columnNames }) : prepared.raw();
    });
  }

  /** One transaction: all statements, or none. */
  batch(statements: unknown): Promise<D1Result[]> {
    const parse = () => {
      const given = parseOrThrow(batchSchema, statements, "db.batch");
      for (const { sql } of given) assertAllowedSql(sql);
      return given;
    };
    return this.#perform("batch", [statements], parse, (given, database) =>
      database.batch(given.map((statement) => prepare(database, statement))),
    );
  }

  /** D1 takes each line for a statement of its own, whatever stands before it. */
  exec(sql: unknown): Promise<D1ExecResult> {
    const parse = () => {
      const text = parseOrThrow(sqlSchema, sql, "db.exec");
      const lines = text.trim().split("\n");
      if (lines.length > MAX_DATABASE_STATEMENTS) {
        const expected = `db.exec: expected at most ${MAX_DATABASE_STATEMENTS} lines`;
        throw new EmgateError("INVALID_ARGUMENT", expected);
      }
      for (const line of [text, ...lines]) assertAllowedSql(line);
      return lines;
    };
    return this.#perform("exec", [sql], parse, (lines, database) => database.exec(lines.join("\n")));
  }

  async #perform<P extends Given, T>(
    method: string,
    args: readonly unknown[],
    parse: () => P,
    act: (parsed: P, database: D1Database) => Promise<T>,
  ): Promise<T> {
    return this.#invocation.perform(
      { capability: "db", method, scope: SCOPE, args },
      parse,
      async (parsed) => {
        try {
          const answer = await act(parsed, this.#openOwn());
          this.#noteSize(answer, parsed);
          return answer;
        } catch (error) {
          this.#sizeBytes = null;
          throw presentSqlError(error);
        }
      },
      async (parsed, caveats) => {
        if (this.#use === "reading") await this.#assertReading(parsed);
        else if (textsOf(parsed).some(mayGrow)) await this.#assertRoom(caveats);
      },
    );
  }

  async #assertReading(given: Given): Promise<void> {
    const database = this.#openOwn();
    for (const part of "sql" in given ? [given] : given) {
      const { sql, params } = typeof part === "string" ? { sql: part, params: [] } : part;
      try {
        const explain = async (text: string) =>
          (await prepare(database, { sql: text, params }).all()).results;
        await assertReading(explain, sql);
      } catch (error) {
        throw presentSqlError(error);
      }
    }
  }

  #openOwn(): D1Database {
    const database = this.#open();
    if (database !== null) return database;
    throw new EmgateError("UNAVAILABLE", "db: there is no database for this call");
  }

  /**
   * What the last answer of this invocation said is gone by, and D1 is asked where none has: what is on its way at
   * that time, from here or elsewhere, still lands.
   */
  async #assertRoom({ maxBytes }: Caveats): Promise<void> {
    if (this.#open() === null) await this.#invocation.terms.liveness.refresh();
    this.#sizeBytes ??= await readSize(this.#openOwn());
    const size = this.#sizeBytes;
    const limit = maxBytes ?? DEFAULT_DATABASE_BYTES;
    if (size < limit) return;
    const why = `the database holds ${size} bytes, and maxBytes is ${limit}: delete something first`;
    if (maxBytes !== undefined) throw outsideCaveat(SCOPE, "maxBytes", `${SCOPE}: ${why}`);
    throw new EmgateError("QUOTA_EXCEEDED", `${SCOPE} without a caveat: ${why}`);
  }

  /** Answers without `meta` leave it open what a write came to. */
  #noteSize(answer: unknown, given: Given): void {
    const last: unknown = Array.isArray(answer) ? answer.at(-1) : answer;
    const told = (last as Partial<D1Result> | null | undefined)?.meta?.size_after; // D1's own answer, or plain rows
    if (typeof told === "number") this.#sizeBytes = told;
    else if (textsOf(given).some(mayGrow)) this.#sizeBytes = null;
  }
}

/** `api.db` of one invocation. */
export class DatabaseTarget extends RpcTarget {
  readonly #database: Database;

  constructor(database: Database) {
    super();
    this.#database = database;
  }

  first(statement: unknown, column?: unknown) {
    return this.#database.first(statement, column);
  }
  all(statement: unknown) {
    return this.#database.all(statement);
  }
  run(statement: unknown) {
    return this.#database.run(statement);
  }
  raw(statement: unknown, options?: unknown) {
    return this.#database.raw(statement, options);
  }
  batch(statements: unknown) {
    return this.#database.batch(statements);
  }
  exec(sql: unknown) {
    return this.#database.exec(sql);
  }
}

/** The same for a Worker that is bound: each call opens, and is, an invocation of its own. */
export function dbEntrypoint<Env>(open: OpenBound<Env, Database>) {
  return class Db extends WorkerEntrypoint<Env, CapabilityProps> {
    first(statement: unknown, column?: unknown) {
      return open(this.ctx, this.env, (database) => database.first(statement, column));
    }
    all(statement: unknown) {
      return open(this.ctx, this.env, (database) => database.all(statement));
    }
    run(statement: unknown) {
      return open(this.ctx, this.env, (database) => database.run(statement));
    }
    raw(statement: unknown, options?: unknown) {
      return open(this.ctx, this.env, (database) => database.raw(statement, options));
    }
    batch(statements: unknown) {
      return open(this.ctx, this.env, (database) => database.batch(statements));
    }
    exec(sql: unknown) {
      return open(this.ctx, this.env, (database) => database.exec(sql));
    }
  };
}

function parseStatement(input: unknown, what: string): Statement {
  const statement = parseOrThrow(statementSchema, input, what);
  assertAllowedSql(statement.sql);
  return statement;
}

function textsOf(given: Given): string[] {
  const parts = "sql" in given ? [given] : given;
  return parts.map((part) => (typeof part === "string" ? part : part.sql));
}

function prepare(database: D1Database, { sql, params }: Statement): D1PreparedStatement {
  const prepared = database.prepare(sql);
  return params.length === 0 ? prepared : prepared.bind(...params);
}

async function readSize(database: D1Database): Promise<number> {
  const { meta } = await database.prepare("SELECT 1").run();
  return meta.size_after;
}

function isParam(value: unknown): boolean {
  switch (typeof value) {
    case "string":
    case "number":
    case "boolean":
      return true;
    case "object":
      return (
        value === null ||
        value instanceof ArrayBuffer ||
        ArrayBuffer.isView(value) ||
        (Array.isArray(value) && value.every((byte) => Number.isInteger(byte) && byte >= 0 && byte < 256))
      );
    default:
      return false;
  }
}

/** D1's text without its cause, which crosses RPC; what is not about the SQL, or holds a stack, stays ours. */
function presentSqlError(error: unknown): unknown {
  if (error instanceof EmgateError || !(error instanceof Error)) return error;
  const isD1s = /^D1_[A-Z_]+: /.test(error.message) && !/\n\s+at /.test(error.message);
  return isD1s ? new SqlError("INVALID_ARGUMENT", error.message) : error;
}
