// What one grant has over another, a sentence a line, for `grant` and `update`.
// Pure: it gets cleaned text and hands back text.
import type { Difference, ScopeChange } from "../../contracts/consent.ts";
import { onOneLine } from "../program/clean-text.ts";
import type { Colour, Paint } from "../program/io.ts";

/** More stands first and in the colour of a warning: it is what consent is about. */
const SIGNS = [
  ["added", "+", "yellow"],
  ["widened", "+", "yellow"],
  ["narrowed", "-", "green"],
  ["removed", "-", "green"],
] as const satisfies readonly (readonly [keyof Difference, string, Colour])[];

export function renderDifference(difference: Difference, paint: Paint): readonly string[] {
  const lines = SIGNS.flatMap(([kind, sign, colour]) =>
    difference[kind].map((change) => renderChange(change, sign, colour, paint)),
  );
  return lines.length === 0 ? ["  no difference"] : lines;
}

function renderChange({ scope, text }: ScopeChange, sign: string, colour: Colour, paint: Paint): string {
  return `  ${paint(colour, `${sign} ${scope}`)} ${onOneLine(text)}`;
}
