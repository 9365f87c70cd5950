// Applies a merged HTML patch to a response in one streaming HTMLRewriter pass; core runs it.
// The patch is sanitised before it comes here. What depends on the document is decided here: whatever a
// selector matches, an element where safe markup becomes script, or its insides, is never touched.
import type { ElementPatch } from "./html-patch.ts";
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
  "svg",
  "math",
] as const;

/** Elements whose end tag may be left out: `append` would land wherever the parser happens to close them. */
export const OPEN_ENDED_ELEMENTS = ["p", "li", "dt", "dd", "tr", "td", "th", "option"] as const;

/** Elements that never have content, hence no end tag to wait for. */
const VOID_ELEMENTS = [
  "area",
  "base",
  "br",
  "col",
  "embed",
  "hr",
  "img",
  "input",
  "link",
  "meta",
  "param",
  "source",
  "track",
  "wbr",
];

const untouchable = new Set<string>(UNTOUCHABLE_ELEMENTS);
const openEnded = new Set<string>(OPEN_ENDED_ELEMENTS);
const voids = new Set<string>(VOID_ELEMENTS);
const asHtml = { html: true } as const;
const asText = { html: false } as const;

/** Where the pass stands in the document; one a response. */
interface Progress {
  /** Untouchable elements that are open here. */
  depth: number;
  headPending: boolean;
  bodyPending: boolean;
}

/**
 * The response with the patch in it, streaming; anything but HTML passes unchanged.
 * Head and body fragments act once, on the first real head and body, and fall back to the document's end.
 */
export function applyPatch(response: Response, outcome: { readonly patch: MergedPatch }): Response {
  const { patch } = outcome;
  const type = response.headers.get("content-type") ?? "";
  if (response.body === null || !/^text\/html\b/i.test(type) || Object.keys(patch).length === 0)
    return response;

  const head = { first: patch.prependHead ?? "", last: patch.appendHead ?? "" };
  const body = { first: patch.prependBody ?? "", last: patch.appendBody ?? "" };
  const progress: Progress = {
    depth: 0,
    headPending: head.first + head.last !== "",
    bodyPending: body.first + body.last !== "",
  };

  // Handlers run in the order they are registered, so the depth is right before any patch looks at it.
  const rewriter = new HTMLRewriter().on("*", { element: (element) => trackDepth(element, progress) });
  rewriter.on("head", {
    element(element) {
      if (!progress.headPending || progress.depth > 0) return;
      progress.headPending = false;
      element.prepend(head.first, asHtml).append(head.last, asHtml);
    },
  });
  rewriter.on("body", {
    element(element) {
      if (!progress.bodyPending || progress.depth > 0) return;
      progress.bodyPending = false;
      element.prepend(body.first, asHtml).append(body.last, asHtml);
    },
  });
  for (const elementPatch of patch.elements ?? []) {
    rewriter.on(elementPatch.selector, {
      element(element) {
        if (progress.depth === 0 && !untouchable.has(element.tagName)) patchElement(element, elementPatch);
      },
    });
  }
  rewriter.onDocument({
    end(end) {
      if (progress.headPending) end.append(head.first + head.last, asHtml);
      if (progress.bodyPending) end.append(body.first + body.last, asHtml);
    },
  });

  const headers = new Headers(response.headers);
  // Both describe the bytes before the pass.
  headers.delete("content-length");
  headers.delete("etag");
  const { status, statusText } = response;
  return rewriter.transform(new Response(response.body, { status, statusText, headers }));
}

/** An element that never closes keeps the depth up, so the rest of the document is left alone: the safe side. */
function trackDepth(element: Element, progress: Progress): void {
  if (!untouchable.has(element.tagName) || voids.has(element.tagName)) return;
  progress.depth += 1;
  element.onEndTag(() => {
    progress.depth -= 1;
  });
}

function patchElement(element: Element, patch: ElementPatch): void {
  const { tagName } = element;
  if (tagName === "head") return;
  for (const [name, value] of Object.entries(patch.setAttributes ?? {})) element.setAttribute(name, value);
  for (const name of patch.removeAttributes ?? []) element.removeAttribute(name);
  // Around or at the edges of html and body only the page's own fragments may stand.
  if (tagName === "html" || tagName === "body") return;
  if (patch.before !== undefined) element.before(patch.before, asHtml);
  if (patch.after !== undefined) element.after(patch.after, asHtml);
  if (voids.has(tagName)) return;
  // Replacing or appending needs an end tag: without one it would eat or join what follows.
  if (patch.setText !== undefined && !openEnded.has(tagName)) element.setInnerContent(patch.setText, asText);
  if (patch.prepend !== undefined) element.prepend(patch.prepend, asHtml);
  if (patch.append !== undefined && !openEnded.has(tagName)) element.append(patch.append, asHtml);
}
