// Holds a patch to the elements of its plugin's caveat: those it may insert, and those its selectors may reach.
// Conservative: a selector that is not plainly about granted elements is refused, whatever it would match.

/** What the caveat `elements` names; null where there is none. */
export type GrantedElements = ReadonlySet<string> | null;

export const NOT_GRANTED = "this element is not among those that transform:html was granted for";

/** One simple selector that narrows a compound: class, id, attribute test, pseudo-class of plain arguments. */
const TEST =
  String.raw`[.#][\w-]+` +
  String.raw`|\[[ \t]*[\w-]+[ \t]*(?:[~|^$*]?=[ \t]*(?:[\w-]+|"[^"\\]*"|'[^'\\]*')[ \t]*[is]?[ \t]*)?\]` +
  String.raw`|:[a-z-]+(?:\([^()[\]"'\\/]*\))?`;

/** The next token; white space is CSS's own, and what is not in here (escapes, comments) is not understood. */
const TOKENS = new RegExp(
  String.raw`(?<type>[a-z][\w-]*)|(?<test>\*|${TEST})|(?<comma>[ \t\n\r\f]*,[ \t\n\r\f]*)|(?:[ \t\n\r\f]*>[ \t\n\r\f]*|[ \t\n\r\f]+)`,
  "iy",
);

export function isGranted(element: string, granted: GrantedElements): boolean {
  return granted === null || granted.has(element);
}

/** Why the selector may not be used under the caveat, or null when it may. */
export function whyNotGranted(selector: string, granted: GrantedElements): string | null {
  if (granted === null) return null;
  const subjects = readSubjects(selector);
  if (subjects?.every((type) => granted.has(type))) return null;
  const names = [...granted].join(", ");
  return `under this grant each selector of the list ends in the name of one of the elements ${names}`;
}

/** The element that each selector of the list ends in, in lower case; null where one names none. */
function readSubjects(selector: string): string[] | null {
  const subjects: string[] = [];
  /** Of the compound that is being read: its type, and whether it has begun. */
  let type: string | null = null;
  let isBegun = false;
  for (let at = 0; at < selector.length; at = TOKENS.lastIndex) {
    TOKENS.lastIndex = at;
    const groups = TOKENS.exec(selector)?.groups;
    if (groups === undefined) return null;
    if (groups.type !== undefined) {
      if (isBegun) return null;
      type = groups.type.toLowerCase();
      isBegun = true;
    } else if (groups.test !== undefined) {
      isBegun = true;
    } else {
      if (!isBegun) return null;
      if (groups.comma !== undefined) {
        if (type === null) return null;
        subjects.push(type);
      }
      type = null;
      isBegun = false;
    }
  }
  return type === null ? null : [...subjects, type];
}
