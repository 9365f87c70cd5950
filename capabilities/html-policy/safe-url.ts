// URLs that a patch may put into a page: relative ones and those of a few schemes.
// Never fetches or rewrites one beyond taking out what a browser's URL parser ignores.

/** Schemes of things a page loads. */
export const LOADED_SCHEMES: readonly string[] = ["http", "https"];
/** Schemes of things a reader may choose to open. */
export const LINKED_SCHEMES: readonly string[] = [...LOADED_SCHEMES, "mailto", "tel"];

/** Stands for the page; only the scheme of what resolves against it is looked at. */
const ANY_PAGE = "https://page.invalid/";

/** What the URL parser takes out anywhere or at the ends (WHATWG URL, «basic URL parser», 1 to 3). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
const CONTROLS = /[\u0000-\u001f\u007f]+/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above, and blanks
const CONTROLS_AND_BLANKS = /[\u0000-\u0020\u007f]+/g;

/** The URL as it may stand in an attribute, or null when a browser could read another scheme in it. */
export function cleanUrl(value: string, schemes: readonly string[]): string | null {
  const url = value.toWellFormed().replace(CONTROLS, "").trim();
  if (url === "" || /[<>]/.test(url)) return null;
  const start = /^[^/\\?#]*/.exec(url.replace(CONTROLS_AND_BLANKS, ""))?.[0] ?? "";
  // `&#106;avascript:` is a relative URL until something decodes it once more than we do.
  if (start.includes("&")) return null;
  const colon = start.indexOf(":");
  if (colon >= 0 && !schemes.includes(start.slice(0, colon).toLowerCase())) return null;
  const parsed = URL.parse(url, ANY_PAGE);
  return parsed && schemes.includes(parsed.protocol.slice(0, -1)) ? url : null;
}

/** True for `http://…` and `https://…`, not for a relative URL. */
export function isAbsoluteUrl(url: string): boolean {
  return /^https?:\/\//i.test(url);
}

/** The good candidates of a `srcset`, and the text of those that are not. */
export function cleanSrcset(value: string): { srcset: string; refused: string[] } {
  const good: string[] = [];
  const refused: string[] = [];
  for (const { url, descriptor } of readCandidates(value)) {
    const clean = cleanUrl(url, LOADED_SCHEMES);
    if (clean === null || !/^(?:[1-9]\d*w(?: [1-9]\d*h)?|\d+(?:\.\d+)?x)?$/.test(descriptor)) {
      refused.push(`${url} ${descriptor}`.trim());
    } else {
      good.push(`${clean} ${descriptor}`.trim());
    }
  }
  return { srcset: good.join(", "), refused };
}

/** A URL runs to the next white space, so it may hold commas; those at its end close it (HTML, 4.8.4.2.1). */
function readCandidates(value: string): { url: string; descriptor: string }[] {
  const candidates: { url: string; descriptor: string }[] = [];
  const scanner = /[\s,]*(\S+)/y;
  let at = 0;
  for (;;) {
    scanner.lastIndex = at;
    const match = scanner.exec(value);
    if (!match) return candidates;
    at = scanner.lastIndex;
    const run = match[1] ?? "";
    const url = run.replace(/,+$/, "");
    if (url !== run) {
      if (url !== "") candidates.push({ url, descriptor: "" });
      continue;
    }
    const comma = value.indexOf(",", at);
    const end = comma < 0 ? value.length : comma;
    candidates.push({ url, descriptor: value.slice(at, end).trim().replace(/\s+/g, " ") });
    at = end;
  }
}
