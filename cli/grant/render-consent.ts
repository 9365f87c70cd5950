// The consent as a person reads it: every line with its risk and the author's reason, then the difference.
// Pure: it gets cleaned text and hands back text.
import type { Consent } from "../../contracts/rpc.ts";
import type { Paint } from "../program/io.ts";

export function renderConsent(consent: Consent, site: string, paint: Paint): string {
  const { added, removed, changed } = consent.difference;
  const difference = [
    ...added.map((scope) => paint("green", `+ ${scope}`)),
    ...removed.map((scope) => paint("red", `- ${scope}`)),
    ...changed.map((scope) => paint("yellow", `~ ${scope}`)),
  ];
  return [
    `${paint("bold", `${consent.name} ${consent.version}`)} (${consent.plugin}) on ${site}:`,
    ...consent.lines.flatMap(({ scope, risk, text, reason }) => [
      `  ${text}`,
      paint("dim", `    ${scope}, risk ${risk}. The author says: ${reason}`),
    ]),
    `Against the grant in force: ${difference.join("  ") || "no difference"}`,
  ].join("\n");
}
