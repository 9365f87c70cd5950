// Recorded calls as a table.
// Pure: it gets cleaned text and hands back text.
import type { RecordingPage } from "../../contracts/journal.ts";
import { formatTable } from "../program/format-table.ts";

export function renderRecordings({ recordings, cursor }: RecordingPage, site: string): string {
  const table = formatTable(
    ["WHEN", "PLUGIN", "VERSION", "HOOK", "OUTCOME", "BYTES", "CALL"],
    recordings.map(({ at, plugin, version, hook, outcome, bytes, isTruncated, invocationId }) => [
      at,
      plugin,
      version,
      hook,
      outcome,
      isTruncated ? `${bytes} truncated` : String(bytes),
      invocationId,
    ]),
    `no recordings; \`emgate policy set --site ${site} recordings=on\` makes some`,
  );
  return cursor === undefined ? table : `${table}\nolder ones: --cursor ${cursor}`;
}
