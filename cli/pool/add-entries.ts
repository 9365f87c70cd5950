// Adds databases to the pool in the text of a wrangler.toml, and says what is left to do in production.
// Pure: everything that was in the text stays as it is, comments too.
import { EmgateError } from "../../contracts/errors.ts";

/** A table of the file: its header's line and all up to the next header. */
const POOL_BINDING = /^\s*binding\s*=\s*["']PLUGIN_DB_(\d+)["']/gm;
const HEADER = /^\s*\[/m;

export interface AddedDatabase {
  readonly binding: string;
  readonly name: string;
}

export interface AddedEntries {
  readonly text: string;
  readonly added: readonly AddedDatabase[];
}

/** @throws INVALID_ARGUMENT for a file that has no pool: then it is not the gateway's */
export function addPoolEntries(text: string, count: number): AddedEntries {
  const bindings = [...text.matchAll(POOL_BINDING)];
  const last = bindings.at(-1);
  if (last === undefined) {
    throw new EmgateError(
      "INVALID_ARGUMENT",
      "expected the gateway's wrangler.toml, with a binding PLUGIN_DB_1",
    );
  }
  const highest = Math.max(...bindings.map(([, number]) => Number(number)));
  const numbers = Array.from({ length: count }, (_, index) => highest + 1 + index);
  const end = endOfTable(text, last.index);
  const before = text.slice(0, end).trimEnd();
  const after = text.slice(end).replace(/^\n+/, "");
  return {
    text: `${before}\n${numbers.map(renderEntry).join("")}${after === "" ? "" : `\n${after}`}`,
    added: numbers.map((number) => ({ binding: `PLUGIN_DB_${number}`, name: nameOf(number) })),
  };
}

/** Comments right above the next header are that table's, not this one's. */
function endOfTable(text: string, from: number): number {
  const next = text.slice(from).search(HEADER);
  if (next < 0) return text.length;
  const lines = text.slice(0, from + next).split("\n");
  while (/^\s*#/.test(lines.at(-2) ?? "")) lines.splice(-2, 1);
  return lines.join("\n").length;
}

/** The id does for a local runtime; Cloudflare's own takes its place. */
function renderEntry(number: number): string {
  const id = `00000000-0000-0000-0001-${String(number).padStart(12, "0")}`;
  return `
[[d1_databases]]
binding = "PLUGIN_DB_${number}"
database_name = "${nameOf(number)}"
database_id = "${id}"
`;
}

function nameOf(number: number): string {
  return `emgate-plugin-${number}`;
}
