// Keeps the ids of inserted elements apart from the page's: each bears the plugin's id in front.
// Never renames what a patch does not insert; a link to the page's own anchor stays as it is.

/** Attributes that hold ids, separated by white space. */
const ID_LISTS = new Set([
  "aria-activedescendant",
  "aria-controls",
  "aria-describedby",
  "aria-details",
  "aria-errormessage",
  "aria-flowto",
  "aria-labelledby",
  "aria-owns",
  "for",
  "headers",
]);

/** The ids of one patch. One pass finds them, the next rewrites what refers to them. */
export interface OwnIds {
  readonly plugin: string;
  /** Ids that the pass before found, as the author wrote them. */
  readonly known: ReadonlySet<string>;
  /** Ids that this pass found. */
  readonly found: Set<string>;
  /** Set when anything could refer to an id: only then is another pass worth its time. */
  isReferred: boolean;
}

export function startIds(plugin: string, known: ReadonlySet<string>): OwnIds {
  return { plugin, known, found: new Set(), isReferred: false };
}

/** `<plugin>-<id>`, once; null for what is no id (empty, or with white space: DOM standard). */
export function ownId(id: string, ids: OwnIds): string | null {
  if (id === "" || /\s/.test(id)) return null;
  ids.found.add(id);
  return prefixed(id, ids.plugin);
}

/** The attribute's value with each reference to an inserted element's id following its new name. */
export function followIds(name: string, value: string, ids: OwnIds): string {
  if (name === "href" && value.startsWith("#") && value.length > 1) {
    ids.isReferred = true;
    return `#${followId(value.slice(1), ids)}`;
  }
  if (!ID_LISTS.has(name)) return value;
  ids.isReferred = true;
  return value.replace(/\S+/g, (id) => followId(id, ids));
}

function followId(id: string, ids: OwnIds): string {
  return ids.known.has(id) ? prefixed(id, ids.plugin) : id;
}

function prefixed(id: string, plugin: string): string {
  return id.startsWith(`${plugin}-`) ? id : `${plugin}-${id}`;
}
