// A verdict in words: what was found, where, in the author's own lines, and what becomes of it.
// Pure: it gets cleaned text and hands back text.
import { codeFrameColumns } from "@babel/code-frame";
import type { Finding, Severity, Verdict } from "../../contracts/admission.ts";
import { cleanText } from "../program/clean-text.ts";
import type { Colour, Paint } from "../program/io.ts";
import type { CheckReport } from "./api.ts";

const COLOURS = { note: "cyan", review: "yellow", reject: "red" } as const satisfies Record<Severity, Colour>;
const SAYS = {
  accept: "accepted: admission takes it as it is",
  review: "needs review: a person will look at it",
  reject: "rejected",
} as const satisfies Record<Verdict, string>;
const VERDICT_COLOURS = { accept: "green", review: "yellow", reject: "red" } as const satisfies Record<
  Verdict,
  Colour
>;
/** Characters; a minified line is no frame. */
const MAX_LINE_CHARS = 160;

/** `sources`: the files that findings name, as they are. */
export function renderCheck(report: CheckReport, sources: ReadonlyMap<string, string>, paint: Paint): string {
  const { verdict, findings, bundle, scopes } = report;
  return [
    ...findings.map((finding) => `${renderFinding(finding, sources, paint)}\n`),
    paint(VERDICT_COLOURS[verdict], SAYS[verdict]),
    ...(bundle ? [`${bundle.bytes} bytes, sha256 ${bundle.sha256}`] : []),
    ...(scopes.declared.length > 0 ? [`scopes: ${scopes.declared.join(", ")}`] : []),
  ].join("\n");
}

function renderFinding(
  { severity, rule, message, file, line, column }: Finding,
  sources: ReadonlyMap<string, string>,
  paint: Paint,
): string {
  const head = `${paint(COLOURS[severity], severity)} ${file}:${line}:${column} ${message} ${paint("dim", `(${rule})`)}`;
  const source = sources.get(file);
  const shown = source === undefined ? null : frameOf(source, line, column);
  return shown === null ? head : `${head}\n${shown}`;
}

function frameOf(source: string, line: number, column: number): string | null {
  const lines = source.split(/\r\n|[\n\r\u2028\u2029]/);
  const around = lines.slice(Math.max(0, line - 2), line + 1);
  if (around.some(({ length }) => length > MAX_LINE_CHARS)) return null;
  const location = { start: { line, column: column - 1 } }; // its columns are from 0
  return codeFrameColumns(cleanText(source), location, {
    linesAbove: 1,
    linesBelow: 1,
    highlightCode: false,
  });
}
