// SQL that may only read: how a new major version looks at the database of the one before.
// Neither our reading of SQL nor the plugin's word counts, but what SQLite itself would do.
import { EmgateError } from "../contracts/errors.ts";

/** A step of the program that SQLite makes of a statement (sqlite.org/opcode.html). */
interface Step {
  readonly opcode?: unknown;
  readonly p2?: unknown;
}

/** Steps that write without a transaction that says so (SQLite's own sqlite3_stmt_readonly names them). */
const WRITING: readonly unknown[] = ["Vacuum", "IncrVacuum", "JournalMode", "Checkpoint"];

/**
 * Without a semicolon there is one statement, whatever else the text holds: what SQLite explains is all that runs.
 *
 * @throws INVALID_ARGUMENT where a statement may write, or there could be several in one text
 */
export async function assertReading(
  explain: (sql: string) => Promise<readonly unknown[]>,
  sql: string,
): Promise<void> {
  if (sql.includes(";")) {
    throw new EmgateError(
      "INVALID_ARGUMENT",
      "from.db: expected one statement without a semicolon; bind text that has one",
    );
  }
  const steps = (await explain(`EXPLAIN ${sql}`)) as readonly Step[]; // D1's rows
  if (steps[0]?.opcode === "Init" && !steps.some(writes)) return;
  throw new EmgateError("INVALID_ARGUMENT", "from.db: expected a statement that only reads");
}

/** A transaction's second operand is 0 where it is for reading. */
function writes({ opcode, p2 }: Step): boolean {
  return WRITING.includes(opcode) || (opcode === "Transaction" && p2 !== 0);
}
