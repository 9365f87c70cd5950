// What the tests of capabilities share: an invocation on a clock and a grant that the test moves, and content.
import { env } from "cloudflare:workers";
import { Invocation } from "../../../capabilities/index.ts";
import type { InvocationTerms, Liveness, StorageQuota } from "../../../contracts/capability.ts";
import type { Caveats } from "../../../contracts/caveats.ts";
import type { CallWork } from "../../../contracts/limits.ts";
import { type Page, pageSchema, summaryOf } from "../../../contracts/page.ts";
import type { ContentSource, ListPagesOptions } from "../../../contracts/ports.ts";
import { SCOPES, type Scope } from "../../../contracts/scopes.ts";
import type { Env } from "../../../services/gateway/env.ts";

export const { PLUGIN_KV: kv, LOADER: loader } = env as unknown as Env; // typed by hand in gateway/env.ts

export const NOW_MS = 1_795_000_000_000;

/** What an invocation of these tests may cost: few calls, since tests make them all, and more bytes than any moves. */
export const WORK: CallWork = { calls: 512, bytesIn: 2 ** 26, bytesOut: 2 ** 26 };

/** The world of one invocation; a test changes it between or during calls. */
export interface World {
  nowMs: number;
  state: ReturnType<Liveness["state"]>;
  /** What a refresh finds. */
  refreshed: ReturnType<Liveness["state"]>;
  /** How often the guard asked for a new lease. */
  refreshes: number;
  /** Called each time the guard asks whether the grant stands. */
  onAsked: () => void;
  /** The refusals that the guard noted. */
  denials: { scope: Scope | null; reason: string }[];
}

export type Granted = Partial<Record<Scope, Caveats>>;

/** Every scope there is, each without caveats. */
export const EVERYTHING: Granted = Object.fromEntries(SCOPES.map((scope) => [scope, {}]));

/** A counter that takes what comes. */
export const unbounded: StorageQuota = {
  reserve: async () => null,
  settle: async () => {},
  mark: async () => 0,
  release: async () => {},
};

let installs = 0;

export function makeInvocation(
  granted: Granted = EVERYTHING,
  changes: Partial<InvocationTerms> = {},
): { invocation: Invocation; world: World } {
  installs += 1;
  const world: World = {
    nowMs: NOW_MS,
    state: "live",
    refreshed: "live",
    refreshes: 0,
    onAsked: () => {},
    denials: [],
  };
  const invocation = new Invocation({
    subject: {
      site: "demo",
      plugin: "notify",
      installId: `install-${installs}`,
      version: "1.2.3",
      hook: "beforePublish",
      invocationId: "inv-1",
    },
    authority: new Map(Object.entries(granted) as [Scope, Caveats][]), // keys of Granted are scopes
    deadlineMs: NOW_MS + 25_000,
    work: WORK,
    event: undefined,
    liveness: {
      state: () => {
        world.onAsked();
        return world.state;
      },
      refresh: async () => {
        world.refreshes += 1;
        world.state = world.refreshed;
      },
    },
    clock: () => world.nowMs,
    eventPage: () => null,
    eventPageId: null,
    content: () => null,
    quota: unbounded,
    noteDenial: (denial) => world.denials.push(denial),
    ...changes,
  });
  return { invocation, world };
}

export function makePage(id: string, changes: Partial<Page> = {}): Page {
  const slug = id.replace(/^.*:/, "");
  return pageSchema.parse({ id, collection: "posts", slug, title: id, status: "published", ...changes });
}

/** Core's content, and what it was asked. It answers drafts too and keeps to no caveat: the capability must. */
export function makeContent(
  pages: readonly Page[],
): ContentSource & { asked: (string | ListPagesOptions)[] } {
  const asked: (string | ListPagesOptions)[] = [];
  return {
    asked,
    get: async (id) => {
      asked.push(id);
      return pages.find((page) => page.id === id || `${page.collection}/${page.slug}` === id) ?? null;
    },
    list: async (options) => {
      asked.push(options);
      return { pages: pages.map(summaryOf) };
    },
  };
}

/** What a call fails with. */
export async function failureOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error("the call did not fail");
}
