// A visitor's request to a page of the site: found, rendered through `renderHtml`, streamed.
// Drafts are never shown, nothing is trusted from the address, and no plugin is asked about an error page.
import { applyPatch, type ConnectedHooks, type HookEventInput } from "../../../contracts/core.ts";
import { listPages } from "../content-source.ts";
import type { CoreContext } from "../context.ts";
import { parseCursor } from "../cursor.ts";
import { flushOutbox } from "../outbox.ts";
import { searchPages } from "../search.ts";
import { MAX_QUERY_CHARS } from "../search-query.ts";
import { readSiteSettings, type SiteSettings } from "../site.ts";
import { closeDocument, type DocumentFrame, openDocument, rebaseHtml } from "./document.ts";
import { jsonHeaders, pageHeaders } from "./headers.ts";
import { findPublishedPage, readArticle } from "./read-article.ts";
import { parseRoute, type Route } from "./route.ts";
import { streamText } from "./stream.ts";
import {
  renderArticleEnd,
  renderArticleStart,
  renderEntries,
  renderHeading,
  renderSearchForm,
  renderSearchResults,
} from "./views.ts";

/** Pages listed on the home page and in an archive before «Older». */
const PAGES_A_LIST = 20;

/** What a view is rendered from. */
interface Visit {
  readonly core: CoreContext;
  readonly hooks: ConnectedHooks;
  readonly request: Request;
  readonly url: URL;
  readonly base: string;
  /** The path below the site. */
  readonly path: string;
}

type Parts = AsyncGenerator<string, void, undefined>;

/**
 * Answers a visitor's request below the site's base path.
 *
 * `/` home, `/:collection` archive, `/:collection/:slug` page (`/:locale/:collection/:slug` for another than
 * the site's locale), `/search?q=` (JSON with `Accept: application/json` or `format=json`). GET and HEAD.
 *
 * @param basePath the site's path on this server, such as `/sites/demo`
 */
export async function renderPage(
  core: CoreContext,
  hooks: ConnectedHooks,
  request: Request,
  basePath: string,
): Promise<Response> {
  if (request.method !== "GET" && request.method !== "HEAD") {
    const headers = new Headers({ allow: "GET, HEAD", "content-type": "text/plain; charset=utf-8" });
    return new Response("This address answers GET and HEAD.\n", { status: 405, headers });
  }
  const url = new URL(request.url);
  const { route, path } = parseRoute(url.pathname, basePath);
  const visit: Visit = { core, hooks, request, url, base: basePath.replace(/\/+$/, ""), path };
  const response = await renderRoute(visit, route);
  if (request.method === "GET") return response;
  await response.body?.cancel();
  return new Response(null, response);
}

async function renderRoute(visit: Visit, route: Route): Promise<Response> {
  switch (route.kind) {
    case "home":
      return renderList(visit, null);
    case "archive":
      return renderList(visit, route.collection);
    case "page":
      return renderArticle(visit, route);
    case "search":
      return renderSearch(visit);
    case "missing":
      return renderError(visit, 404);
    case "malformed":
      return renderError(visit, 400);
  }
}

async function renderArticle(visit: Visit, route: Extract<Route, { kind: "page" }>): Promise<Response> {
  const { core, base } = visit;
  const { site, page } = await findPublishedPage(core, route);
  if (page === null) return renderError(visit, 404, site);
  const { summary } = page;
  const content = readArticle(core, page);
  const frame = { site, base, title: `${summary.title} · ${site.title}`, locale: summary.locale };
  return respond(
    visit,
    frame,
    { kind: "page", pageId: summary.id, page: summary },
    content,
    async function* () {
      yield renderArticleStart(summary, { base, siteLocale: site.locale });
      const { html, terms } = await content;
      yield rebaseHtml(html, base);
      yield renderArticleEnd(terms);
    },
  );
}

async function renderList(visit: Visit, collection: string | null): Promise<Response> {
  const { core, base, url } = visit;
  const site = await readSiteSettings(core);
  const label = collection === null ? site.title : site.collections.get(collection);
  if (label === undefined) return renderError(visit, 404, site);
  const cursor = url.searchParams.get("after");
  if (cursor !== null && !isCursor(cursor)) return renderError(visit, 400, site);
  const pages = listPages(core, {
    limit: PAGES_A_LIST,
    ...(collection !== null && { collections: [collection] }),
    ...(cursor !== null && { cursor }),
  });
  const title = collection === null ? site.title : `${label} · ${site.title}`;
  const kind = collection === null ? "home" : "archive";
  return respond(visit, { site, base, title, locale: site.locale }, { kind }, pages, async function* () {
    yield renderHeading(label, collection === null ? site.tagline : "");
    const list = await pages;
    const older = list.cursor === undefined ? null : `${url.pathname}?after=${list.cursor}`;
    yield renderEntries(list.pages, { base, siteLocale: site.locale }, older);
  });
}

async function renderSearch(visit: Visit): Promise<Response> {
  const { core, hooks, base, url } = visit;
  const query = (url.searchParams.get("q") ?? "").slice(0, MAX_QUERY_CHARS);
  const site = await readSiteSettings(core);
  const found = searchPages(core, hooks, query, site.locale);
  if (wantsJson(visit)) {
    return Response.json({ query, results: (await found).results }, { headers: jsonHeaders() });
  }
  const frame = { site, base, title: `Search · ${site.title}`, locale: site.locale };
  const links = { base, siteLocale: site.locale };
  return respond(visit, frame, { kind: "search" }, found, async function* () {
    yield renderHeading("Search", "") + renderSearchForm(query, links);
    yield renderSearchResults(query, (await found).results, links);
  });
}

/**
 * Asks the plugins while `reading` goes on, then streams the document through their patch. Nothing of it can
 * leave before they have answered, since a patch may start in the head; from then on each part goes at once.
 */
async function respond(
  visit: Visit,
  frame: DocumentFrame,
  about: Pick<HookEventInput<"renderHtml">, "kind" | "pageId" | "page">,
  reading: Promise<unknown>,
  writeMain: () => Parts,
): Promise<Response> {
  const { core, hooks, url, path } = visit;
  // It is awaited where its part is written; until then a failure must not count as unhandled.
  reading.catch(() => undefined);
  if (frame.site.outboxDue) core.waitUntil?.(flushOutbox(core, hooks));
  // Without the query: a visitor's search is for plugins that may see searches.
  const outcome = await hooks.renderHtml({
    api: 1,
    pageId: null,
    page: null,
    ...about,
    url: url.origin + url.pathname,
    path,
    locale: frame.locale,
  });
  const body = streamText(writeDocument(frame, writeMain));
  return applyPatch(new Response(body, { headers: pageHeaders(outcome.cacheTags) }), outcome);
}

async function* writeDocument(frame: DocumentFrame, writeMain: () => Parts): Parts {
  yield openDocument(frame);
  yield* writeMain();
  yield closeDocument(frame);
}

async function renderError(visit: Visit, status: 400 | 404, known?: SiteSettings): Promise<Response> {
  const site = known ?? (await readSiteSettings(visit.core));
  const [title, text] =
    status === 404
      ? ["Page not found", "Nothing has been published at this address."]
      : ["Not an address", "This address is malformed."];
  const frame = { site, base: visit.base, title: `${title} · ${site.title}`, locale: site.locale };
  const html = openDocument(frame) + renderHeading(title, text) + closeDocument(frame);
  return new Response(html, { status, headers: pageHeaders() });
}

function wantsJson({ request, url }: Visit): boolean {
  if (url.searchParams.get("format") === "json") return true;
  const accept = request.headers.get("accept") ?? "";
  return /\bapplication\/json\b/i.test(accept) && !/\btext\/html\b/i.test(accept);
}

function isCursor(text: string): boolean {
  try {
    parseCursor(text);
    return true;
  } catch {
    return false;
  }
}
