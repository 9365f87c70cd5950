// What the tests of the core share: a fresh site on a migrated database, hooks that answer as told, a seed.
import { env } from "cloudflare:workers";
import type { ConnectedHooks } from "../../../contracts/core.ts";
import { type CoreContext, migrations } from "../../../services/core/index.ts";

const { CORE_DB: db } = env as unknown as { CORE_DB: D1Database };

export const NOW_MS = Date.parse("2026-11-22T10:00:00.000Z");

let sites = 0;
let migrated: Promise<unknown> | undefined;

/** A core for a site that nothing else uses. The clock stands still until `time.ms` is moved. */
export async function makeCore(): Promise<CoreContext & { time: { ms: number } }> {
  migrated ??= db.batch(splitStatements().map((sql) => db.prepare(sql)));
  await migrated;
  sites += 1;
  const time = { ms: NOW_MS };
  return { db, site: `site-${sites}`, clock: () => time.ms, time };
}

export function splitStatements(): string[] {
  return migrations.flatMap(({ sql }) => sql.split(/;[ \t]*(?:\n|$)/).filter((text) => text.trim() !== ""));
}

/** Hooks that let everything pass; each test replaces what it is about. */
export function makeHooks(replaced: Partial<ConnectedHooks> = {}): ConnectedHooks {
  const trace = { id: "t", plugins: [] };
  return {
    beforePublish: async () => ({ allow: true, issues: [], refusedBy: [], trace }),
    afterPublish: async () => ({ queued: 1, trace }),
    renderHtml: async () => ({ patch: {}, cacheTags: [], skipped: [], trace }),
    onSearch: async ({ results = [] }) => ({ order: results.map(({ id }) => id), hidden: [], trace }),
    onSchedule: async () => ({ queued: 0, trace }),
    ...replaced,
  };
}

export function paragraph(text: string): Record<string, unknown> {
  return { _type: "block", style: "normal", children: [{ _type: "span", text, marks: [] }], markDefs: [] };
}

/** A small but whole seed file; a test changes one thing of it. */
export function makeSeed() {
  return {
    version: "1",
    meta: { name: "Tests" },
    settings: { title: "Harbour Notes", tagline: "Tides & timetables", postsPerPage: 10 },
    collections: [
      {
        slug: "posts",
        label: "Posts",
        supports: ["drafts"],
        fields: [
          { slug: "title", label: "Title", type: "string" },
          { slug: "cover", label: "Cover", type: "image" },
          { slug: "content", label: "Content", type: "portableText" },
          { slug: "aside", label: "Aside", type: "portableText" },
          { slug: "excerpt", label: "Excerpt", type: "text" },
        ],
      },
      {
        slug: "pages",
        label: "Pages",
        fields: [{ slug: "content", label: "Content", type: "portableText" }],
      },
    ],
    taxonomies: [
      {
        name: "category",
        label: "Categories",
        hierarchical: false,
        collections: ["posts"],
        terms: [{ slug: "boats", label: "Boats & Ships" }],
      },
    ],
    bylines: [{ id: "by-ada", slug: "ada", displayName: "Ada Quay" }],
    menus: [{ name: "primary", label: "Main", items: [{ type: "custom", label: "Posts", url: "/posts" }] }],
    widgetAreas: [{ name: "sidebar", label: "Sidebar", widgets: [] }],
    content: {
      posts: [
        {
          id: "p1",
          slug: "first-light",
          status: "published",
          data: {
            title: "First light on the quay",
            excerpt: "Before the ferries wake, the harbour belongs to the gulls.",
            cover: { $media: { url: "https://img.example/quay.jpg", alt: "A quay", filename: "q.jpg" } },
            content: [paragraph("The lanterns go out one by one.")],
            aside: [paragraph("Bring a coat.")],
            related: "$ref:p2",
          },
          bylines: [{ byline: "by-ada" }],
          taxonomies: { category: ["boats"] },
        },
        { id: "p2", slug: "slack-water", status: "draft", data: { title: "Slack water", content: [] } },
      ],
      pages: [
        {
          id: "imprint",
          slug: "imprint",
          status: "published",
          data: { title: "Imprint", content: [paragraph("Written by hand.")] },
        },
      ],
    },
  };
}
