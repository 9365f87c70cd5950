// A line of a plugin's log on the terminal: when, which plugin, which call, what.
// Pure: it gets cleaned text and hands back text; line breaks of a plugin's stay within its own lines.
import type { KeptLine } from "../../contracts/journal.ts";
import type { LogLevel } from "../../contracts/outcome.ts";
import { formatRow } from "../program/format-table.ts";
import type { Colour, Paint } from "../program/io.ts";

/** Characters: a time of ISO 8601, the longest level, and what plugins and hooks usually take. */
const WIDTHS = [24, 5, 13, 13];
const LEVEL_COLOURS = {
  debug: "dim",
  info: "cyan",
  warn: "yellow",
  error: "red",
} as const satisfies Record<LogLevel, Colour>;

export const LINE_HEADINGS = formatRow(["WHEN", "LEVEL", "PLUGIN", "HOOK", "LINE"], WIDTHS);

export function renderLine({ at, level, plugin, hook, message }: KeptLine, paint: Paint): string {
  const [first = "", ...rest] = message.split("\n");
  const row = formatRow([at, level, plugin, hook ?? "-", first], WIDTHS);
  // Further lines are indented: at the margin a plugin could write a line that looks like another's.
  return [
    row.replace(` ${level}`, ` ${paint(LEVEL_COLOURS[level], level)}`),
    ...rest.map((text) => `    ${text}`),
  ].join("\n");
}
