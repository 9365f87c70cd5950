// Builds sitemap.xml (sitemaps.org, protocol 0.9) in the plugin's key-values, some hundred pages a call.
// The old sitemap stays until the new one is complete.
import type { Api, Json, PageSummary, Plugin } from "emgate/plugin";

type Scopes = "hook:onSchedule" | "read:pages" | "read:kv" | "write:kv";

/** A build under way; crosses from one call to the next as the cursor. */
type Build = {
  /** Parts are kept under the build's own id: a tick that comes meanwhile must not mix in its own. */
  id: string;
  parts: number;
  bytes: number;
  urls: number;
  /** Where `pages.list` goes on; absent at the start. */
  after?: string;
};

interface Step {
  entries: string[];
  after: string | undefined;
}

const PAGES_A_LIST = 100;
const LISTS_A_CALL = 5;
/** Bytes that one key holds, and URLs that one sitemap may name; the newest pages come first and fit. */
const MAX_BYTES = 1_000_000;
const MAX_URLS = 50_000;
/** Seconds; parts of a finished or abandoned build go by themselves. */
const PART_LIFETIME_SECONDS = 3_600;
/** Milliseconds between two calls of a build: other plugins get their turn. */
const PAUSE_MS = 500;

export default {
  async onSchedule({ data, context, api }) {
    const build = readBuild(data.cursor) ?? { id: context.invocationId, parts: 0, bytes: 0, urls: 0 };
    const step = await listEntries(api, context.siteUrl, build.after);
    const entries = takeWhatFits(build, step.entries);
    const isCut = entries.length < step.entries.length;

    if (step.after === undefined || isCut) {
      const body = [...(await readParts(api, build)), ...entries];
      const metadata = { urls: build.urls + entries.length, isCut };
      await api.kv.put("sitemap.xml", renderSitemap(body), { metadata });
      if (isCut) api.log.warn(`the sitemap is full: it names the newest ${metadata.urls} pages`);
      return null;
    }
    await api.kv.put(partKey(build, build.parts), entries.join("\n"), {
      expirationTtl: PART_LIFETIME_SECONDS,
    });
    const cursor = {
      id: build.id,
      parts: build.parts + 1,
      bytes: build.bytes + sizeOf(entries),
      urls: build.urls + entries.length,
      after: step.after,
    } satisfies Build;
    return { again: { afterMs: PAUSE_MS, cursor } };
  },
} satisfies Plugin<Scopes>;

/** The cursor as this plugin wrote it, or null at the start of a build. */
function readBuild(cursor: Json | undefined): Build | null {
  // The host hands back what an earlier call returned, and nothing else ever writes it.
  return typeof cursor === "object" && cursor !== null ? (cursor as Build) : null;
}

async function listEntries(api: Api<Scopes>, siteUrl: string, from: string | undefined): Promise<Step> {
  const entries: string[] = [];
  let after = from;
  for (let list = 0; list < LISTS_A_CALL; list += 1) {
    const found = await api.pages.list({
      limit: PAGES_A_LIST,
      ...(after !== undefined && { cursor: after }),
    });
    entries.push(...found.pages.map((page) => renderEntry(page, siteUrl)).filter((entry) => entry !== ""));
    after = found.cursor;
    if (after === undefined) break;
  }
  return { entries, after };
}

function takeWhatFits(build: Build, entries: readonly string[]): string[] {
  const fitting: string[] = [];
  let bytes = build.bytes;
  for (const entry of entries) {
    bytes += sizeOf([entry]);
    if (bytes > MAX_BYTES || build.urls + fitting.length >= MAX_URLS) break;
    fitting.push(entry);
  }
  return fitting;
}

async function readParts(api: Api<Scopes>, build: Build): Promise<string[]> {
  const numbers = Array.from({ length: build.parts }, (_, part) => part);
  return Promise.all(
    numbers.map(async (part) => {
      const text = await api.kv.get(partKey(build, part));
      // Better the old sitemap whole than a new one with a hole.
      if (text === null) throw new Error(`part ${part} of the sitemap is gone; the next run starts anew`);
      return text;
    }),
  );
}

function partKey(build: Build, part: number): string {
  return `parts/${build.id}/${part}`;
}

/** Bytes of UTF-8, with the line break that follows each entry. */
function sizeOf(entries: readonly string[]): number {
  const encoder = new TextEncoder();
  return entries.reduce((sum, entry) => sum + encoder.encode(entry).byteLength + 1, 0);
}

function renderSitemap(entries: readonly string[]): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
    ...entries.filter((entry) => entry !== ""),
    "</urlset>",
    "",
  ].join("\n");
}

/** One line of the sitemap; empty for a page without an address. */
function renderEntry(page: PageSummary, siteUrl: string): string {
  const url = page.url === "" ? null : URL.parse(page.url, siteUrl);
  if (url === null) return "";
  const changedMs = Date.parse(page.updatedAt || (page.publishedAt ?? ""));
  const lastmod = Number.isNaN(changedMs) ? "" : `<lastmod>${new Date(changedMs).toISOString()}</lastmod>`;
  return `<url><loc>${escapeXml(url.href)}</loc>${lastmod}</url>`;
}

function escapeXml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&apos;");
}
