// The ports: what parts of the gateway need of each other and of core, each as small as its user needs it.
import { z } from "zod";
import { type Page, type PageList, pageSchema, pageSummarySchema } from "./page.ts";

/** Milliseconds since the epoch; a parameter, so that tests freeze it. */
export type Clock = () => number;

/** Options of ContentSource.list. `collections` absent means all; drafts are left out unless asked for. */
export interface ListPagesOptions {
  readonly collections?: readonly string[];
  /** Language tags; absent means all. */
  readonly locales?: readonly string[];
  readonly drafts?: boolean;
  /** 1 to 100. */
  readonly limit: number;
  readonly cursor?: string;
}

/**
 * How `pages.*` reach core's content: an entrypoint of core that the gateway binds, a target registered on a
 * CoreSession, or one passed with the call. `id` is a page's id or `collection/slug`; drafts are answered too,
 * with their status, and the capability decides.
 */
export interface ContentSource {
  get(id: string): Promise<Page | null>;
  list(options: ListPagesOptions): Promise<PageList>;
}

/** Core's answers cross an RPC boundary too, so they are parsed like any other input. */
export const contentAnswers = {
  get: pageSchema.nullable(),
  list: z.object({ pages: z.array(pageSummarySchema).max(100), cursor: z.string().max(2048).optional() }),
};
