// Pages as plugins and core exchange them. Dates are ISO 8601 in UTC; `html` is the content's HTML.
import { z } from "zod";
import { jsonObjectSchema } from "./json.ts";

export const PAGE_STATUSES = ["draft", "published"] as const;

export const imageSchema = z.object({ url: z.string(), alt: z.string().default("") });

export const pageSummarySchema = z.object({
  id: z.string().min(1).max(512),
  collection: z.string().min(1).max(128),
  slug: z.string().max(512),
  locale: z.string().max(35).default("en"),
  url: z.string().max(4096).default(""),
  title: z.string().default(""),
  excerpt: z.string().default(""),
  image: imageSchema.nullable().default(null),
  authors: z.array(z.string()).default([]),
  terms: z.record(z.string(), z.array(z.string())).default({}),
  status: z.enum(PAGE_STATUSES).default("draft"),
  publishedAt: z.string().nullable().default(null),
  updatedAt: z.string().default(""),
});
/** A page without its content. `collection/slug` finds it as well as `id`. */
export type PageSummary = z.infer<typeof pageSummarySchema>;

export const pageSchema = pageSummarySchema.extend({
  html: z.string().default(""),
  fields: jsonObjectSchema.default({}),
});
/** A page with its content's HTML and the fields that have no place of their own, as JSON. */
export type Page = z.infer<typeof pageSchema>;

/** One answer of `pages.list`; `cursor` is there while more follow. */
export interface PageList {
  pages: PageSummary[];
  cursor?: string;
}

/** The summary's own fields of a page, and nothing else. */
export function summaryOf(page: Page): PageSummary {
  const { html: _html, fields: _fields, ...summary } = page;
  return summary;
}
