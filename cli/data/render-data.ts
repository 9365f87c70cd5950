// What plugins keep, and what was erased, in words.
// Pure: it gets cleaned text and hands back text.
import type { DataStatus, ErasedData } from "../../contracts/data.ts";
import { formatTable } from "../program/format-table.ts";
import type { Paint } from "../program/io.ts";

export function renderData(states: readonly DataStatus[]): string {
  return formatTable(
    ["PLUGIN", "MAJOR", "STATUS", "KEYS", "BYTES", "DATABASE", "UNTIL", "INSTALL"],
    states.map(({ plugin, major, status, keys, keyBytes, counted, databaseBytes, until, installId }) => [
      plugin,
      String(major),
      status,
      // Older keys are still being counted.
      counted ? String(keys) : `${keys}+`,
      counted ? String(keyBytes) : `${keyBytes}+`,
      databaseBytes === null ? "-" : String(databaseBytes),
      until ?? "-",
      installId,
    ]),
    "nothing is kept",
  );
}

/** «erased 3 keys and 1 database of notify on demo», and what goes on by itself. */
export function renderErased(
  { plugin, keys, databases, isComplete }: ErasedData,
  site: string,
  paint: Paint,
): string {
  const what = `${count(keys, "key")} and ${count(databases, "database")} of ${plugin} on ${site}`;
  const rest = isComplete ? "" : "; there is more, and it goes on by itself";
  return `${paint("green", "erased")} ${what}${rest}`;
}

function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? "" : "s"}`;
}
