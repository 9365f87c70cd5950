// pages.read: a site's published pages, and the event's own page during its call.
// It reads through core's ContentSource and decides itself: core is not asked who may see what.
import { RpcTarget, WorkerEntrypoint } from "cloudflare:workers";
import { z } from "zod";
import type { CapabilityProps } from "../contracts/capability.ts";
import { type Caveats, coversCollection } from "../contracts/caveats.ts";
import { EmgateError, parseOrThrow, toWireError } from "../contracts/errors.ts";
import { slugSchema } from "../contracts/ids.ts";
import type { Page, PageList } from "../contracts/page.ts";
import { type ContentSource, contentAnswers, type ListPagesOptions } from "../contracts/ports.ts";
import type { Invocation, OpenBound } from "./capability.ts";
import { outsideCaveat } from "./denial.ts";
import { findUncovered, viewPage } from "./page-view.ts";
import { openCursor, sealCursor } from "./sealed-cursor.ts";

const DEFAULT_LIMIT = 20;
/** Milliseconds that core may take for one answer; a core that hangs must not take the plugin's whole time. */
const CONTENT_TIMEOUT_MS = 5_000;
/** Characters of one of core's cursors, sealed or not; core's own are at most 2,048. */
const MAX_CURSOR_CHARS = 9_000;
const call = { capability: "pages.read", scope: "read:pages" } as const;

const idSchema = z.string().min(1).max(700);
const listOptionsSchema = z.object({
  collection: slugSchema.optional(),
  limit: z.number().int().min(1).max(100).default(DEFAULT_LIMIT),
  cursor: z.string().max(MAX_CURSOR_CHARS).optional(),
});

/** Policy and effect; the faces below only hand over. */
export class PagesReader {
  readonly #invocation: Invocation;

  constructor(invocation: Invocation) {
    this.#invocation = invocation;
  }

  /**
   * The page as far as the caveats show it, or null. `collection/slug` finds the page in the site's own locale
   * first, so with `locales` a translation is found by its id.
   */
  async get(id: unknown): Promise<Page | null> {
    const parse = () => parseOrThrow(idSchema, id, "pages.get: id");
    return this.#invocation.perform({ ...call, method: "get", args: [id] }, parse, async (id, caveats) => {
      const { eventPageId } = this.#invocation.terms;
      const eventPage = this.#invocation.terms.eventPage();
      if (eventPage !== null && (eventPage.id === id || `${eventPage.collection}/${eventPage.slug}` === id)) {
        assertCovered(caveats, eventPage);
        return viewPage(eventPage, caveats);
      }
      // Refused by its name alone where the name says enough, so that a refusal tells nothing about existence.
      const slash = id.indexOf("/");
      if (slash > 0) assertInCollection(caveats, id.slice(0, slash));
      const page = await this.#content(contentAnswers.get, (content) => content.get(id));
      // First: a draft outside the caveats gets the answer of a page that there is not.
      if (page === null || (page.status !== "published" && page.id !== eventPageId)) return null;
      assertCovered(caveats, page);
      return viewPage(page, caveats);
    });
  }

  async list(options?: unknown): Promise<PageList> {
    const parse = async (caveats: Caveats) => {
      const { cursor, ...asked } = parseOrThrow(listOptionsSchema, options ?? {}, "pages.list: options");
      return { ...asked, ...(cursor !== undefined && { cursor: await this.#openCursor(cursor, caveats) }) };
    };
    return this.#invocation.perform(
      { ...call, method: "list", args: [options] },
      parse,
      async (asked, caveats) => {
        const { collection, ...rest } = asked;
        if (collection !== undefined) assertInCollection(caveats, collection);
        const collections = collection === undefined ? caveats.collections : [collection];
        const query: ListPagesOptions = {
          ...rest,
          ...(collections && { collections }),
          ...(caveats.locales && { locales: caveats.locales }),
        };
        const answer = await this.#content(contentAnswers.list, (content) => content.list(query));
        const pages = answer.pages
          .filter((page) => page.status === "published" && findUncovered(caveats, page) === null)
          .map((page) => viewPage(page, caveats));
        if (answer.cursor === undefined) return { pages };
        return { pages, cursor: await this.#sealCursor(answer.cursor, caveats) };
      },
    );
  }

  /**
   * Core's cursor may spell what a page is sorted by, such as its dates, and one made up would tell them by where
   * its list starts. So plugins that see some fields only get it sealed.
   */
  async #sealCursor(cursor: string, { fields }: Caveats): Promise<string> {
    return fields === undefined ? cursor : sealCursor(cursor, this.#seal());
  }

  async #openCursor(given: string, { fields }: Caveats): Promise<string> {
    const cursor = fields === undefined ? given : await openCursor(given, this.#seal());
    if (cursor !== null) return cursor;
    throw new EmgateError("INVALID_ARGUMENT", "pages.list: expected a cursor that an earlier list returned");
  }

  #seal(): string {
    const { site, plugin, installId } = this.#invocation.subject;
    return `${site}/${plugin}/${installId}/pages`;
  }

  /** Core's answer, parsed; a core that fails is a core that cannot be read, whatever it says. */
  async #content<T>(schema: z.ZodType<T>, ask: (content: ContentSource) => Promise<unknown>): Promise<T> {
    const { content: open, deadlineMs, clock } = this.#invocation.terms;
    const content = open();
    if (content === null) throw new EmgateError("CONTENT_UNAVAILABLE", "this site's core offers no content");
    try {
      return schema.parse(
        await answerWithin(ask(content), Math.min(CONTENT_TIMEOUT_MS, deadlineMs - clock())),
      );
    } catch (cause) {
      const { code, message } = toWireError(cause);
      if (code === "INVALID_ARGUMENT") throw new EmgateError(code, message);
      throw new EmgateError("CONTENT_UNAVAILABLE", "this site's core did not answer", { cause });
    }
  }
}

/** `api.pages` of one invocation. */
export class PagesTarget extends RpcTarget {
  readonly #reader: PagesReader;

  constructor(reader: PagesReader) {
    super();
    this.#reader = reader;
  }

  get(id: unknown) {
    return this.#reader.get(id);
  }
  list(options?: unknown) {
    return this.#reader.list(options);
  }
}

/** The same for a Worker that is bound: each call opens, and is, an invocation of its own. */
export function pagesEntrypoint<Env>(open: OpenBound<Env, PagesReader>) {
  return class Pages extends WorkerEntrypoint<Env, CapabilityProps> {
    get(id: unknown) {
      return open(this.ctx, this.env, (reader) => reader.get(id));
    }
    list(options?: unknown) {
      return open(this.ctx, this.env, (reader) => reader.list(options));
    }
  };
}

async function answerWithin<T>(answer: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

function assertCovered(caveats: Caveats, page: Page): void {
  assertInCollection(caveats, page.collection);
  const caveat = findUncovered(caveats, page);
  if (caveat === null) return;
  throw outsideCaveat("read:pages", caveat, `read:pages was not granted for the locale ${page.locale}`);
}

function assertInCollection(caveats: Caveats, collection: string): void {
  if (coversCollection(caveats, collection)) return;
  const message = `read:pages was not granted for the collection ${collection.slice(0, 128)}`;
  throw outsideCaveat("read:pages", "collections", message);
}
