// Walks the audit log page by page, oldest first.
// Never holds more than one page.
import type { AuditEntry, AuditPage } from "../../contracts/audit.ts";
import { EmgateError } from "../../contracts/errors.ts";
import type { AdminArguments } from "../../contracts/rpc.ts";

export type AuditFilter = Omit<AdminArguments["audit"], "cursor">;

/** @throws INTERNAL for a cursor that does not move on, which would walk for ever */
export async function* listPages(
  readPage: (query: AdminArguments["audit"]) => Promise<AuditPage>,
  filter: AuditFilter,
): AsyncGenerator<readonly AuditEntry[], void, void> {
  let cursor: number | undefined;
  do {
    const page = await readPage({ ...filter, ...(cursor !== undefined && { cursor }) });
    yield page.entries;
    if (page.cursor !== undefined && page.cursor === cursor) {
      throw new EmgateError("INTERNAL", "the server answers the same page of the audit log again and again");
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
}
