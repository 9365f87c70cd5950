// The consent as a person reads it: every line with its risk and the author's reason, then the difference.
// Pure: it gets cleaned text and hands back text.
import type { Consent, ConsentLine } from "../../contracts/consent.ts";
import type { Risk } from "../../contracts/scopes.ts";
import { onOneLine } from "../program/clean-text.ts";
import type { Colour, Paint } from "../program/io.ts";
import { renderDifference } from "./render-difference.ts";

const RISK_COLOURS = {
  low: "dim",
  medium: "cyan",
  high: "yellow",
  critical: "red",
} as const satisfies Record<Risk, Colour>;

export function renderConsent(consent: Consent, site: string, paint: Paint): string {
  const { plugin, name, version, from, withheld } = consent;
  const update = from === null ? "" : `, an update of ${from}`;
  return [
    `${paint("bold", `${onOneLine(name)} ${version}`)} (${plugin}) on ${site}${update}:`,
    ...consent.lines.flatMap((line) => renderLine(line, paint)),
    ...(consent.lines.length === 0 ? ["  This plugin can do nothing."] : []),
    ...(withheld.length === 0 ? [] : [`Asked for, and withheld or narrowed: ${withheld.join(", ")}`]),
    "Against the grant in force:",
    ...renderDifference(consent.difference, paint),
  ].join("\n");
}

/** The scope, with its risk and why that is higher than usual. */
export function renderRisk(
  { scope, risk, because }: Pick<ConsentLine, "scope" | "risk" | "because">,
  paint: Paint,
): string {
  const why = because.length === 0 ? "" : `, because ${because.map(onOneLine).join("; ")}`;
  return `${paint("dim", `    ${scope}, risk`)} ${paint(RISK_COLOURS[risk], risk)}${why}`;
}

function renderLine(line: ConsentLine, paint: Paint): readonly string[] {
  const optional = line.optional ? " (it can do without)" : "";
  return [
    `  ${onOneLine(line.text)}${optional}`,
    renderRisk(line, paint),
    paint("dim", `    The author says: ${onOneLine(line.reason)}`),
  ];
}
