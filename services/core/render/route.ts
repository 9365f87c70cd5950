// A visitor's address into what is asked for. Malformed addresses become a route of their own, never an error.

/** Characters of a path below the site, as it came; the longest honest one is well below. */
const MAX_PATH_CHARS = 2_000;

export type Route =
  | { readonly kind: "home" }
  | { readonly kind: "search" }
  | { readonly kind: "archive"; readonly collection: string }
  | {
      readonly kind: "page";
      readonly collection: string;
      readonly slug: string;
      /** Null: the site's own. */
      readonly locale: string | null;
    }
  | { readonly kind: "missing" }
  | { readonly kind: "malformed" };

/** The route of a path, and the path below the site as plugins are told it. */
export function parseRoute(pathname: string, basePath: string): { route: Route; path: string } {
  const base = basePath.replace(/\/+$/, "");
  if (pathname !== base && !pathname.startsWith(`${base}/`)) return { route: { kind: "missing" }, path: "/" };
  const path = pathname.slice(base.length) || "/";
  if (path.length > MAX_PATH_CHARS) return { route: { kind: "missing" }, path: "/" };
  return { route: routeOf(path), path };
}

function routeOf(path: string): Route {
  const segments: string[] = [];
  for (const encoded of path.replace(/^\/|\/$/g, "").split("/")) {
    const segment = decodeSegment(encoded);
    if (segment === null) return { kind: "malformed" };
    segments.push(segment);
  }
  const [first = "", second, third] = segments;
  if (segments.length === 1) {
    if (first === "") return { kind: "home" };
    return first === "search" ? { kind: "search" } : { kind: "archive", collection: first };
  }
  if (segments.includes("")) return { kind: "missing" };
  if (segments.length === 2 && second !== undefined) {
    return { kind: "page", collection: first, slug: second, locale: null };
  }
  if (segments.length === 3 && second !== undefined && third !== undefined) {
    return { kind: "page", collection: second, slug: third, locale: first };
  }
  return { kind: "missing" };
}

/** Null for a malformed escape, and for the control characters that no slug has. */
function decodeSegment(encoded: string): string | null {
  try {
    const segment = decodeURIComponent(encoded).normalize("NFC");
    return /\p{Cc}/u.test(segment) ? null : segment;
  } catch {
    return null;
  }
}
