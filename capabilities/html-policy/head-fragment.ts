// Reads markup that goes into a page's head: meta, link, title and JSON-LD, each written anew.
// Never passes a byte through as it came, and takes no element that loads, runs, redirects or re-parses.
import sanitizeHtml from "sanitize-html";
import { OPAQUE_ELEMENTS } from "./body-vocabulary.ts";
import { type GrantedElements, isGranted, NOT_GRANTED } from "./granted-elements.ts";
import { readJsonLd, readLink, readMeta, readTitle } from "./head-elements.ts";
import { reportLostMarkup } from "./lost-markup.ts";
import type { Report } from "./report.ts";

/** One element of a head, ready to be served. */
export interface HeadElement {
  /** What of it there may be only one of, such as `title` or `meta description`; two for some metas. */
  readonly keys: readonly string[];
  /** True where one plugin may say it several times: `og:image`, `article:tag`. */
  readonly isList: boolean;
  readonly html: string;
}

/** How an element of a head is read: the element, or why it is refused. */
export type HeadReading = HeadElement | { readonly refused: string; readonly what?: string };

const HEAD_ELEMENTS = ["link", "meta", "script", "title"];
const headElements = new Set(HEAD_ELEMENTS);

/** The elements of a head fragment in their order; what was taken out is reported under `where`. */
export function readHead(
  fragment: string,
  where: string,
  report: Report,
  granted: GrantedElements,
): HeadElement[] {
  const elements: HeadElement[] = [];
  const opened = new Map<string, number>();
  const outside = sanitizeHtml(fragment, {
    allowedTags: HEAD_ELEMENTS,
    // Only read here: each element is taken out again, and its attributes are judged one by one.
    allowVulnerableTags: true,
    allowedAttributes: false,
    allowedSchemesAppliedToAttributes: [],
    nonBooleanAttributes: [],
    parseStyleAttributes: false,
    nonTextTags: OPAQUE_ELEMENTS.filter((tag) => !headElements.has(tag)),
    onOpenTag(name) {
      opened.set(name, (opened.get(name) ?? 0) + 1);
      if (!headElements.has(name)) {
        report.drop(where, `<${name}>`, "a head takes meta, link, title and JSON-LD");
      }
    },
    exclusiveFilter({ tag, attribs, text }) {
      const reading = isGranted(tag, granted)
        ? readElement(tag, attribs, text, (what, why) => report.drop(where, what, why))
        : { refused: NOT_GRANTED };
      if ("refused" in reading) report.drop(where, reading.what ?? `<${tag}>`, reading.refused);
      else elements.push(reading);
      return true;
    },
  });
  if (outside.trim() !== "") report.drop(where, outside.trim(), "a head holds no text outside its elements");
  reportLostMarkup(fragment, opened, where, report);
  return elements;
}

function readElement(
  tag: string,
  attributes: Readonly<Record<string, string>>,
  text: string,
  drop: (what: string, why: string) => void,
): HeadReading {
  switch (tag) {
    case "meta":
      return readMeta(attributes, drop);
    case "link":
      return readLink(attributes, drop);
    case "title":
      return readTitle(text);
    default:
      return readJsonLd(attributes, text, drop);
  }
}
