// Sanitises markup that goes into a page's body: what comes out is balanced and of listed elements only.
// Never passes a byte through as it came; everything is written anew from what the parser saw.

import sanitizeHtml from "sanitize-html";
import { MAX_FRAGMENT_DEPTH } from "../../contracts/limits.ts";
import { cleanAttributes, type Pass } from "./body-attributes.ts";
import { ALLOWED_ATTRIBUTES, BODY_ELEMENTS, OPAQUE_ELEMENTS, VOID_ELEMENTS } from "./body-vocabulary.ts";
import { isGranted, NOT_GRANTED } from "./granted-elements.ts";
import { reportLostMarkup } from "./lost-markup.ts";
import { muteReport } from "./report.ts";
import { cleanText } from "./safe-text.ts";
import { LINKED_SCHEMES } from "./safe-url.ts";

const allowed = new Set(BODY_ELEMENTS);
const opaque = new Set(OPAQUE_ELEMENTS);

/** The fragment as it may stand in a body; what was taken out is reported under `where`. */
export function sanitizeBody(fragment: string, where: string, pass: Pass): string {
  const first = sanitizeOnce(fragment, where, pass);
  if (!first.isReshaped) return first.html;
  // Without the elements between them, others can close each other: `<p><x><p>` becomes `<p><p>`.
  return sanitizeOnce(first.html, where, { ...pass, report: muteReport }).html;
}

function sanitizeOnce(fragment: string, where: string, pass: Pass): { html: string; isReshaped: boolean } {
  const opened = new Map<string, number>();
  let depth = 0;
  let isReshaped = false;
  const isTaken = (name: string) => allowed.has(name) && isGranted(name, pass.granted);
  const html = sanitizeHtml(fragment, {
    allowedTags: BODY_ELEMENTS.filter(isTaken),
    nonTextTags: [...OPAQUE_ELEMENTS],
    selfClosing: [...VOID_ELEMENTS],
    allowedAttributes: ALLOWED_ATTRIBUTES,
    allowedSchemes: [...LINKED_SCHEMES],
    nonBooleanAttributes: [],
    nestingLimit: MAX_FRAGMENT_DEPTH,
    onOpenTag(name) {
      opened.set(name, (opened.get(name) ?? 0) + 1);
      depth += 1;
      if (isTaken(name) && depth <= MAX_FRAGMENT_DEPTH) return;
      isReshaped = true;
      pass.report.drop(where, `<${name}>`, isTaken(name) ? "nested too deeply" : whyNoElement(name));
    },
    onCloseTag() {
      depth -= 1;
    },
    transformTags: {
      "*": (tagName, attributes) => ({
        tagName,
        attribs: isTaken(tagName) ? cleanAttributes(tagName, attributes, where, pass) : {},
      }),
    },
    textFilter: cleanText,
  });
  reportLostMarkup(fragment, opened, where, pass.report);
  return { html, isReshaped };
}

function whyNoElement(name: string): string {
  if (allowed.has(name)) return `${NOT_GRANTED}; its text stays`;
  switch (name) {
    case "script":
      return "a patch never brings script; JSON-LD goes into prependHead or appendHead";
    case "style":
      return "a patch never brings styles: use the page's classes";
    case "meta":
    case "link":
    case "title":
      return "this belongs into prependHead or appendHead";
    case "form":
    case "input":
    case "button":
    case "select":
    case "textarea":
      return "a form could send what a reader types to anyone";
    case "base":
      return "it would change where every URL of the page leads";
    case "svg":
    case "math":
      return "markup in another namespace is parsed by other rules: use an image";
    default:
      return opaque.has(name)
        ? "its content is not plain markup, so it is not taken"
        : "this element is not among those that a patch may insert; its text stays";
  }
}
