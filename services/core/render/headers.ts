// The headers of every answer to a visitor. Plugins put markup into these pages, so the policy is the last line:
// no script, no frame, no form elsewhere, whatever a patch contains.
import { STYLE_HASH } from "./style.ts";

/** `http:` beside `https:` for images only, and for a site that runs on a developer's machine. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "img-src https: http:",
  `style-src '${STYLE_HASH}'`,
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

/** Characters of the cache-tag header; the platform takes 16 KiB. */
const MAX_CACHE_TAG_CHARS = 8_000;

/** Headers of a page, with the tags it may be purged by. */
export function pageHeaders(cacheTags: readonly string[] = []): Headers {
  const headers = baseHeaders("text/html; charset=utf-8");
  const tags = [...new Set(cacheTags)].filter((tag) => /^[!-+\--~]+$/.test(tag)).join(",");
  if (tags !== "" && tags.length <= MAX_CACHE_TAG_CHARS) headers.set("cache-tag", tags);
  return headers;
}

export function jsonHeaders(): Headers {
  return baseHeaders("application/json; charset=utf-8");
}

function baseHeaders(contentType: string): Headers {
  return new Headers({
    "content-type": contentType,
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "cross-origin-opener-policy": "same-origin",
    // A plugin that was revoked must be gone from the next answer.
    "cache-control": "no-cache",
    // The search answers one address as HTML or as JSON.
    vary: "accept",
  });
}
