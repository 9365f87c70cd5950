// Holds fragments and texts to their size, before they are parsed and after they are written anew.
// Never cuts one short: half a fragment is not what its author meant.
import { byteLength } from "../../contracts/json.ts";
import { MAX_FRAGMENT_BYTES } from "../../contracts/limits.ts";
import type { Report } from "./report.ts";
import { cleanText } from "./safe-text.ts";

const TOO_LARGE = `a fragment is at most ${MAX_FRAGMENT_BYTES} bytes, escaped characters counted in full`;

/** What `sanitize` makes of the fragment; empty when it is, or becomes, too large. */
export function checkFragment(
  fragment: string,
  where: string,
  report: Report,
  sanitize: (fragment: string) => string,
): string {
  if (isTooLarge(fragment, where, report)) return "";
  const html = sanitize(fragment);
  return isTooLarge(html, where, report) ? "" : html;
}

/** Plain text without control characters; null when it is too large. */
export function checkText(text: string, where: string, report: Report): string | null {
  return isTooLarge(text, where, report) ? null : cleanText(text);
}

function isTooLarge(text: string, where: string, report: Report): boolean {
  if (text.length * 3 <= MAX_FRAGMENT_BYTES || byteLength(text) <= MAX_FRAGMENT_BYTES) return false;
  report.drop(where, text, TOO_LARGE);
  return true;
}
