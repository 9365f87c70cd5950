// The elements and attributes that a body fragment may insert.
// Nothing that runs, submits, embeds, styles or changes how the rest of the page is parsed.

/** Attributes of every element; `data-*` and `aria-*` are matched by `isOpenAttribute`. */
const GLOBAL_ATTRIBUTES = [
  "class",
  "title",
  "lang",
  "dir",
  "alt",
  "width",
  "height",
  "loading",
  "role",
  "id",
  "hidden",
  "translate",
  "itemscope",
  "itemprop",
  "itemtype",
];

const media = ["src", "controls", "loop", "muted", "preload"];
const cell = ["colspan", "rowspan", "headers", "scope", "abbr"];
const edit = ["cite", "datetime"];

/** Each element that may be inserted, with the attributes it may bear beside the global ones. */
const bodyElements: Readonly<Record<string, readonly string[]>> = {
  a: ["href", "hreflang", "name", "rel", "target", "type"],
  abbr: [],
  address: [],
  article: [],
  aside: [],
  audio: media,
  b: [],
  bdi: [],
  bdo: [],
  blockquote: ["cite"],
  br: [],
  caption: [],
  cite: [],
  code: [],
  col: ["span"],
  colgroup: ["span"],
  data: ["value"],
  dd: [],
  del: edit,
  details: ["name", "open"],
  dfn: [],
  div: [],
  dl: [],
  dt: [],
  em: [],
  figcaption: [],
  figure: [],
  footer: [],
  h1: [],
  h2: [],
  h3: [],
  h4: [],
  h5: [],
  h6: [],
  header: [],
  hgroup: [],
  hr: [],
  i: [],
  img: ["decoding", "fetchpriority", "sizes", "src", "srcset"],
  ins: edit,
  kbd: [],
  li: ["value"],
  mark: [],
  menu: [],
  meter: ["high", "low", "max", "min", "optimum", "value"],
  nav: [],
  ol: ["reversed", "start", "type"],
  p: [],
  picture: [],
  pre: [],
  progress: ["max", "value"],
  q: ["cite"],
  rp: [],
  rt: [],
  ruby: [],
  s: [],
  samp: [],
  search: [],
  section: [],
  small: [],
  source: ["media", "sizes", "src", "srcset", "type"],
  span: [],
  strong: [],
  sub: [],
  summary: [],
  sup: [],
  table: [],
  tbody: [],
  td: cell,
  tfoot: [],
  th: cell,
  thead: [],
  time: ["datetime"],
  tr: [],
  track: ["default", "kind", "label", "src", "srclang"],
  u: [],
  ul: [],
  var: [],
  video: [...media, "playsinline", "poster"],
  wbr: [],
};

export const BODY_ELEMENTS: readonly string[] = Object.keys(bodyElements);

/** Elements without content or end tag. */
export const VOID_ELEMENTS: readonly string[] = ["br", "col", "hr", "img", "source", "track", "wbr"];

/** Elements whose content goes with them: it is no text a reader should see, or no HTML. */
export const OPAQUE_ELEMENTS: readonly string[] = [
  "applet",
  "embed",
  "iframe",
  "math",
  "noembed",
  "noframes",
  "noscript",
  "object",
  "option",
  "plaintext",
  "script",
  "select",
  "style",
  "svg",
  "template",
  "textarea",
  "title",
  "xmp",
];

/** For sanitize-html, which holds on its own to the same table. */
export const ALLOWED_ATTRIBUTES: Record<string, string[]> = {
  "*": [...GLOBAL_ATTRIBUTES, "data-*", "aria-*"],
  ...Object.fromEntries(Object.entries(bodyElements).map(([tag, names]) => [tag, [...names]])),
};

const globals = new Set(GLOBAL_ATTRIBUTES);

/** True for an attribute name, in lower case, that `tag` may bear. */
export function isBodyAttribute(tag: string, name: string): boolean {
  if (globals.has(name) || isOpenAttribute(name)) return true;
  return Object.hasOwn(bodyElements, tag) && (bodyElements[tag]?.includes(name) ?? false);
}

/** True for `data-*` and `aria-*`, in lower case and made of plain characters. */
export function isOpenAttribute(name: string): boolean {
  return /^(?:data-[a-z0-9][a-z0-9_.-]*|aria-[a-z]+)$/.test(name) && name.length <= 128;
}
