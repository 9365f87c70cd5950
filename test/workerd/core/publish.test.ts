import { describe, expect, it } from "vitest";
import type { HookCallOptions, HookEventInput } from "../../../contracts/core.ts";
import { eventSchemas } from "../../../contracts/hooks.ts";
import {
  type CoreContext,
  contentSource,
  flushOutbox,
  importSeed,
  publishPage,
  searchPages,
} from "../../../services/core/index.ts";
import { makeCore, makeHooks, makeSeed, NOW_MS } from "./fixtures.ts";

const trace = { id: "t", plugins: [] };
const unavailable = async () => ({ queued: 0, unavailable: true, trace });

async function makeSite() {
  const core = await makeCore();
  await importSeed(core, JSON.stringify(makeSeed()), "refuse");
  core.time.ms += 60_000;
  return core;
}

async function readOutbox(core: CoreContext) {
  const { results } = await core.db
    .prepare("SELECT id, attempts, due_at FROM outbox WHERE site = ?")
    .bind(core.site)
    .all<{ id: string; attempts: number; due_at: number }>();
  return results;
}

describe("publishPage", () => {
  it("puts an allowed draft live, into the search, and tells the plugins", async () => {
    const core = await makeSite();
    const told: HookEventInput<"afterPublish">[] = [];
    const hooks = makeHooks({
      afterPublish: async (event) => {
        told.push(event);
        return { queued: 2, trace };
      },
    });
    const report = await publishPage(core, hooks, "posts/slack-water");
    const at = new Date(NOW_MS + 60_000).toISOString();
    expect(report).toEqual({
      published: true,
      page: "posts:p2",
      url: `/sites/${core.site}/posts/slack-water`,
      outcome: { allow: true, issues: [], refusedBy: [], trace },
    });
    const page = await contentSource(core).get("posts:p2");
    expect(page).toMatchObject({ status: "published", publishedAt: at, updatedAt: at });
    expect((await searchPages(core, hooks, "slack")).results.map(({ id }) => id)).toEqual(["posts:p2"]);
    const { id, ...fields } = page ?? {};
    expect(told).toEqual([{ api: 1, pageId: id, isUpdate: false, ...fields }]);
    expect(await readOutbox(core)).toEqual([]);
  });

  it("shows the gate the page as it is, with the content it is given to read", async () => {
    const core = await makeSite();
    const seen: [HookEventInput<"beforePublish">, HookCallOptions | undefined][] = [];
    const hooks = makeHooks({
      beforePublish: async (event, options) => {
        seen.push([event, options]);
        return { allow: true, issues: [], refusedBy: [], trace };
      },
    });
    await publishPage(core, hooks, "posts:p2");
    await publishPage(core, hooks, "posts:p1", { content: contentSource(core) });
    const [draft, update] = seen;
    expect(draft?.[0]).toMatchObject({
      pageId: "posts:p2",
      isUpdate: false,
      previous: null,
      status: "draft",
    });
    expect(update?.[0]).toMatchObject({ pageId: "posts:p1", isUpdate: true, previous: { id: "posts:p1" } });
    expect(await update?.[1]?.content?.get("pages/imprint")).toMatchObject({ title: "Imprint" });
    for (const [event] of seen) expect(eventSchemas.beforePublish.safeParse(event).success).toBe(true);
  });

  it("keeps the first publication's time when a page is published anew", async () => {
    const core = await makeSite();
    await publishPage(core, makeHooks(), "posts:p1");
    expect(await contentSource(core).get("posts:p1")).toMatchObject({
      publishedAt: new Date(NOW_MS).toISOString(),
      updatedAt: new Date(NOW_MS + 60_000).toISOString(),
    });
  });

  it("gives each publication a time of its own though the clock stands still", async () => {
    const core = await makeSite();
    const times = new Set<string>();
    for (let round = 0; round < 3; round += 1) {
      await publishPage(core, makeHooks(), "posts:p1");
      times.add((await contentSource(core).get("posts:p1"))?.updatedAt ?? "");
    }
    expect(times.size).toBe(3);
  });

  it("leaves a refused page as it is and tells nobody", async () => {
    const core = await makeSite();
    const before = await contentSource(core).get("posts:p2");
    const issues = [{ plugin: "gate", severity: "error", message: "no cover" } as const];
    const hooks = makeHooks({
      beforePublish: async () => ({ allow: false, issues, refusedBy: ["gate"], trace }),
      afterPublish: () => Promise.reject(new Error("must not be called")),
    });
    expect(await publishPage(core, hooks, "posts:p2")).toEqual({
      published: false,
      page: "posts:p2",
      url: null,
      outcome: { allow: false, issues, refusedBy: ["gate"], trace },
    });
    expect(await contentSource(core).get("posts:p2")).toEqual(before);
    expect((await searchPages(core, makeHooks(), "slack")).results).toEqual([]);
    expect(await readOutbox(core)).toEqual([]);
  });

  it("refuses with CONFLICT when the page changes under the gate, and leaves the change alone", async () => {
    const core = await makeSite();
    const seed = makeSeed();
    Object.assign(seed.content.posts[1] ?? {}, { data: { title: "Slack water, rewritten" } });
    const hooks = makeHooks({
      beforePublish: async () => {
        await importSeed(core, JSON.stringify(seed), "replace");
        return { allow: true, issues: [], refusedBy: [], trace };
      },
    });
    await expect(publishPage(core, hooks, "posts:p2")).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("posts/slack-water"),
    });
    expect(await contentSource(core).get("posts:p2")).toMatchObject({
      title: "Slack water, rewritten",
      status: "draft",
    });
    expect(await readOutbox(core)).toEqual([]);
  });

  it("lets one of two publications at once through", async () => {
    const core = await makeSite();
    let arrived = 0;
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const hooks = makeHooks({
      beforePublish: async () => {
        arrived += 1;
        if (arrived === 2) open();
        await gate;
        return { allow: true, issues: [], refusedBy: [], trace };
      },
    });
    const outcomes = await Promise.allSettled([
      publishPage(core, hooks, "posts:p2"),
      publishPage(core, hooks, "posts:p2"),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(outcomes.find((outcome) => outcome.status === "rejected")).toMatchObject({
      reason: { code: "CONFLICT" },
    });
  });

  it.each(["posts/none", "posts:none", "", "/", "x".repeat(5_000)])("does not know %s", async (ref) => {
    const core = await makeSite();
    await expect(publishPage(core, makeHooks(), ref)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("does not know a page of another site", async () => {
    const [, other] = [await makeSite(), await makeCore()];
    await expect(publishPage(other, makeHooks(), "posts:p2")).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("flushOutbox", () => {
  it("keeps what nobody took and hands it over with the next publication", async () => {
    const core = await makeSite();
    await publishPage(core, makeHooks({ afterPublish: unavailable }), "posts:p2");
    expect(await readOutbox(core)).toMatchObject([{ attempts: 1 }]);
    core.time.ms += 1_000;
    const told: unknown[] = [];
    const hooks = makeHooks({
      afterPublish: async (event) => {
        told.push(event.pageId);
        return { queued: 1, trace };
      },
    });
    await publishPage(core, hooks, "posts:p1");
    expect(told).toEqual(["posts:p1", "posts:p2"]);
    expect(await readOutbox(core)).toEqual([]);
  });

  it("sends every try of one publication the same event", async () => {
    const core = await makeSite();
    const told: unknown[] = [];
    const hooks = makeHooks({
      afterPublish: async (event) => {
        told.push(event);
        return told.length < 3 ? unavailable() : { queued: 1, trace };
      },
    });
    await publishPage(core, hooks, "posts:p2");
    for (let round = 0; round < 2; round += 1) {
      core.time.ms += 10_000;
      await flushOutbox(core, hooks);
    }
    expect(told).toHaveLength(3);
    expect(new Set(told.map((event) => JSON.stringify(event))).size).toBe(1);
  });

  it("finds what a process left behind that died before it told anyone", async () => {
    const core = await makeSite();
    const dying = makeHooks({ afterPublish: () => Promise.reject(new Error("died")) });
    await expect(publishPage(core, dying, "posts:p2")).rejects.toThrow("died");
    expect(await contentSource(core).get("posts:p2")).toMatchObject({ status: "published" });
    expect(await flushOutbox(core, makeHooks())).toEqual({ delivered: 0, pending: 0 });
    core.time.ms += 5_000;
    expect(await flushOutbox(core, makeHooks())).toEqual({ delivered: 1, pending: 0 });
    expect(await readOutbox(core)).toEqual([]);
  });

  it("waits twice as long after each failure, five minutes at most", async () => {
    const core = await makeSite();
    await publishPage(core, makeHooks({ afterPublish: unavailable }), "posts:p2");
    const waits: number[] = [];
    for (let round = 0; round < 12; round += 1) {
      const [row] = await readOutbox(core);
      waits.push((row?.due_at ?? 0) - core.time.ms);
      core.time.ms = row?.due_at ?? 0;
      await flushOutbox(core, makeHooks({ afterPublish: unavailable }));
    }
    expect(waits.slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(Math.max(...waits)).toBe(300_000);
  });
});
