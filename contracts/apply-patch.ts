// Applies a merged HTML patch to a response in one streaming HTMLRewriter pass; core runs it.
// The patch is sanitised before it comes here. What depends on the document is decided here: whatever a
// selector matches, an element where safe markup becomes script, or its insides, is never touched.

import type { ElementPatch } from "./html-patch.ts";
import { MAX_INSERTED_CHARS, MAX_PATCH_STEPS } from "./limits.ts";
import type { MergedPatch } from "./outcome.ts";

/**
 * Elements whose content is not plain markup: text put into them runs, submits, loads or changes the parser's
 * state, so that a fragment which is harmless elsewhere becomes script.
 */
export const UNTOUCHABLE_ELEMENTS = [
  "script",
  "style",
  "title",
  "textarea",
  "noscript",
  "template",
  "iframe",
  "frame",
  "frameset",
  "fencedframe",
  "portal",
  "xmp",
  "noembed",
  "noframes",
  "plaintext",
  "object",
  "embed",
  "applet",
  "base",
  "meta",
  "link",
  "form",
  "input",
  "button",
  "select",
  "option",
  "optgroup",
  "datalist",
  "output",
  "keygen",
  "svg",
  "math",
] as const;

/** Elements whose end tag may be left out: `append` would land wherever the parser happens to close them. */
export const OPEN_ENDED_ELEMENTS = ["p", "li", "dt", "dd", "tr", "td", "th", "option"] as const;

/**
 * Ends whatever tag, quoted value, comment or declaration a cut-off document stops in: HTMLRewriter puts the
 * end's content right behind those bytes, where quotes in a fragment's text would start attributes.
 */
const TAG_CLOSER = "<!--\"'-->";

/** Headers that describe the bytes before the pass. */
const STALE_HEADERS = [
  "content-length",
  "etag",
  "content-md5",
  "digest",
  "content-digest",
  "repr-digest",
  "accept-ranges",
];

/** Elements that keep end tags of their ancestors from closing them; HTMLRewriter believes those closed. */
const CLOSED_BY_THEMSELVES = new Set(["template", "object", "applet", "svg", "math"]);

const untouchable = new Set<string>(UNTOUCHABLE_ELEMENTS);
const openEnded = new Set<string>(OPEN_ENDED_ELEMENTS);
const asHtml = { html: true } as const;
const asText = { html: false } as const;

/** Where the pass stands in the document; one a response. */
interface Progress {
  /** True inside an untouchable element, from its start tag to its own end tag. */
  isInside: boolean;
  /** What is still to be put at the edges of head and body. */
  readonly head: Edges;
  readonly body: Edges;
  /** Characters that element patches may still add, and steps that they may still take. */
  chars: number;
  steps: number;
}

/** What a patch costs at each element that it is put to. */
interface PatchCost {
  readonly chars: number;
  readonly steps: number;
}

interface Edges {
  first: string;
  last: string;
  isFound: boolean;
}

/**
 * The response with the patch in it, streaming; anything but a whole HTML document passes unchanged.
 * Head and body fragments act once, on the first real head and body, and fall back to the document's end.
 */
export function applyPatch(response: Response, outcome: { readonly patch: MergedPatch }): Response {
  const { patch } = outcome;
  if (response.body === null || response.status === 206 || !isHtml(response) || isEmpty(patch)) {
    return response;
  }
  const copy = new Response(response.body, response);
  for (const name of STALE_HEADERS) copy.headers.delete(name);
  try {
    return rewriterFor(patch).transform(copy);
  } catch {
    // HTMLRewriter knows no UTF-16 and no charset that it never heard of; it has not read a byte yet.
    return new Response(copy.body, response);
  }
}

/** Handlers run in the order they are registered, so `isInside` is right before any patch looks at it. */
function rewriterFor(patch: MergedPatch): HTMLRewriter {
  const progress: Progress = {
    isInside: false,
    head: { first: patch.prependHead ?? "", last: patch.appendHead ?? "", isFound: false },
    body: { first: patch.prependBody ?? "", last: patch.appendBody ?? "", isFound: false },
    chars: MAX_INSERTED_CHARS,
    steps: MAX_PATCH_STEPS,
  };
  const rewriter = new HTMLRewriter();
  rewriter.on(UNTOUCHABLE_ELEMENTS.join(), { element: (element) => noteUntouchable(element, progress) });
  rewriter.on("head", { element: (element) => fillEdges(element, progress.head, progress) });
  rewriter.on("body", {
    element(element) {
      if (progress.isInside) return;
      // A head without an end tag ends here.
      if (progress.head.isFound) putOnce(progress.head, "last", (html) => element.before(html, asHtml));
      fillEdges(element, progress.body, progress);
    },
  });
  for (const elementPatch of patch.elements ?? []) {
    const cost = costOf(elementPatch);
    skipIfRefused(() =>
      rewriter.on(elementPatch.selector, {
        element(element) {
          if (progress.isInside || untouchable.has(element.tagName) || !pay(cost, progress)) return;
          skipIfRefused(() => patchElement(element, elementPatch));
        },
      }),
    );
  }
  return rewriter.onDocument({ end: (end) => fillEnd(end, progress) });
}

/** An element that never closes keeps the rest of the document from being touched: the safe side. */
function noteUntouchable(element: Element, progress: Progress): void {
  if (progress.isInside) return;
  // Throws for an element without content (`<input>`, `<svg/>`): nothing is inside it.
  skipIfRefused(() => {
    const { tagName } = element;
    element.onEndTag((end) => {
      if (end.name === tagName || !CLOSED_BY_THEMSELVES.has(tagName)) progress.isInside = false;
    });
    progress.isInside = true;
  });
}

/** HTMLRewriter keeps one end-tag handler an element: no other may be set on head and body. */
function fillEdges(element: Element, edges: Edges, progress: Progress): void {
  if (progress.isInside || edges.isFound) return;
  edges.isFound = true;
  putOnce(edges, "first", (html) => element.prepend(html, asHtml));
  skipIfRefused(() =>
    element.onEndTag((end) => {
      if (!progress.isInside) putOnce(edges, "last", (html) => end.before(html, asHtml));
    }),
  );
}

/** Inside an element that was never closed, such as a script, a fragment would not be markup. */
function fillEnd(end: DocumentEnd, progress: Progress): void {
  if (progress.isInside) return;
  const { head, body } = progress;
  const rest = head.first + head.last + body.first + body.last;
  if (rest !== "") skipIfRefused(() => end.append(TAG_CLOSER + rest, asHtml));
}

function putOnce(edges: Edges, edge: "first" | "last", put: (html: string) => void): void {
  const html = edges[edge];
  edges[edge] = "";
  if (html !== "") skipIfRefused(() => put(html));
}

function patchElement(element: Element, patch: ElementPatch): void {
  const { tagName } = element;
  if (tagName === "head") return;
  for (const [name, value] of Object.entries(patch.setAttributes ?? {})) {
    element.setAttribute(name, escapeValue(value));
  }
  for (const name of patch.removeAttributes ?? []) element.removeAttribute(name);
  // Around or at the edges of html and body only the page's own fragments may stand.
  if (tagName === "html" || tagName === "body") return;
  if (patch.before !== undefined) element.before(patch.before, asHtml);
  if (patch.after !== undefined) element.after(patch.after, asHtml);
  // Replacing or appending needs an end tag: without one it would eat or join what follows.
  if (patch.setText !== undefined && !openEnded.has(tagName)) element.setInnerContent(patch.setText, asText);
  if (patch.prepend !== undefined) element.prepend(patch.prepend, asHtml);
  if (patch.append !== undefined && !openEnded.has(tagName)) element.append(patch.append, asHtml);
}

/** HTMLRewriter escapes quotes only: `&#106;avascript:` would be decoded by the browser. */
function escapeValue(value: string): string {
  return value.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

function costOf(patch: ElementPatch): PatchCost {
  const { before = "", after = "", prepend = "", append = "", setText = "" } = patch;
  const attributes = Object.entries(patch.setAttributes ?? {});
  const texts = [before, after, prepend, append, setText, ...attributes.flat()];
  return {
    chars: texts.reduce((sum, text) => sum + text.length, 0),
    steps: 1 + attributes.length + (patch.removeAttributes?.length ?? 0),
  };
}

/** False when the response has no room left for the patch at one more element. */
function pay({ chars, steps }: PatchCost, progress: Progress): boolean {
  if (chars > progress.chars || steps > progress.steps) return false;
  progress.chars -= chars;
  progress.steps -= steps;
  return true;
}

/** Best effort: what HTMLRewriter refuses (a selector, a name, a lone surrogate) is left out, the page served. */
function skipIfRefused(act: () => void): void {
  try {
    act();
  } catch {}
}

function isHtml(response: Response): boolean {
  return /^\s*text\/html\s*(?:;|$)/i.test(response.headers.get("content-type") ?? "");
}

function isEmpty(patch: MergedPatch): boolean {
  const fragments = [patch.prependHead, patch.appendHead, patch.prependBody, patch.appendBody];
  return fragments.every((fragment) => !fragment) && !patch.elements?.length;
}
