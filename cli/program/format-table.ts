// Lays out rows in columns for people.
// Never cuts a cell: a digest or a date that lost its end is no use.
import { onOneLine } from "./clean-text.ts";

/** Columns padded to their widest cell, two spaces between them, a row a line; `empty` when there are no rows. */
export function formatTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  empty: string,
): string {
  if (rows.length === 0) return empty;
  const lines = [headings, ...rows.map((row) => row.map(onOneLine))];
  const widths = headings.map((_heading, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  return lines.map((line) => formatRow(line, widths)).join("\n");
}

/** One row on a line; a cell that is wider than its column moves the rest to the right. */
export function formatRow(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, column) => cell.padEnd(widths[column] ?? 0))
    .join("  ")
    .trimEnd();
}
