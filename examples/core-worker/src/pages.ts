// The two pages of this core, in memory.
// A real core keeps them in its database; nothing else about it would change.
import type { Page } from "emgate/core";

const common = {
  collection: "posts",
  locale: "en",
  status: "published",
  publishedAt: "2026-01-15T09:00:00.000Z",
  updatedAt: "2026-01-15T09:00:00.000Z",
  fields: {},
} as const;

export const pages: readonly Page[] = [
  {
    ...common,
    terms: {},
    authors: ["Ada"],
    id: "p1",
    slug: "hello-workers",
    url: "/hello-workers",
    title: "Hello from another Worker",
    excerpt: "This page lives in a Worker of its own and is patched by the plugins of the gateway.",
    image: { url: "/hello.png", alt: "Two Workers shaking hands" },
    html: "<p>A core that is not the gateway's own renders this page.</p>",
  },
  {
    ...common,
    terms: {},
    authors: ["Ada"],
    id: "p2",
    slug: "short",
    url: "/short",
    title: "Short",
    excerpt: "Too short a title to publish.",
    image: null,
    html: "<p>The gate refuses this one.</p>",
  },
];
