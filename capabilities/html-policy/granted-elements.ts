// Holds a patch to the elements of its plugin's caveat: those it may insert, and those its selectors may reach.
// Conservative: a selector that is not plainly about granted elements is refused, whatever it would match.
import { readSelected, type Selected } from "./selectors.ts";

/** What the caveat `elements` names; null where there is none. */
export type GrantedElements = ReadonlySet<string> | null;

export const NOT_GRANTED = "this element is not among those that transform:html was granted for";

/** One simple selector that narrows a compound: class, id, attribute test, pseudo-class of plain arguments. */
const TEST =
  String.raw`(?:[.#][\w-]+` +
  String.raw`|\[[ \t]*[\w-]+[ \t]*(?:[~|^$*]?=[ \t]*(?:[\w-]+|"[^"\\]*"|'[^'\\]*')[ \t]*[is]?[ \t]*)?\]` +
  String.raw`|:[a-z-]+(?:\([^()[\]"'\\/]*\))?)`;
const COMPOUND = String.raw`(?:(?:[a-z][a-z0-9-]*|\*)${TEST}*|${TEST}+)`;
/** White space is CSS's own. */
const SPACE = String.raw`[ \t\n\r\f]`;
const SELECTOR = `${COMPOUND}(?:(?:${SPACE}*>${SPACE}*|${SPACE}+)${COMPOUND})*`;

/** Lists that `readSelected` reads as CSS does: what is not in here (escapes, comments) is not understood. */
const PLAIN_LIST = new RegExp(`^${SELECTOR}(?:${SPACE}*,${SPACE}*${SELECTOR})*$`, "i");

export function isGranted(element: string, granted: GrantedElements): boolean {
  return granted === null || granted.has(element);
}

/** Why the selector may not be used under the caveat, or null when it may. */
export function whyNotGranted(selector: string, granted: GrantedElements): string | null {
  if (granted === null) return null;
  const isKept = ({ type }: Selected) => type !== null && granted.has(type);
  if (PLAIN_LIST.test(selector) && readSelected(selector).every(isKept)) return null;
  const names = [...granted].join(", ");
  return `under this grant each selector of the list ends in the name of one of the elements ${names}`;
}
