import { RpcTarget } from "capnweb";
import { describe, expect, it } from "vitest";
import type { Page } from "../../../contracts/page.ts";
import type { ListPagesOptions } from "../../../contracts/ports.ts";
import { events, makeSite, page, refusalOf, reportsOf } from "../site.ts";
import { signInAsCore } from "./rpc.ts";

/** A core's content on the far side of the connection. */
class Content extends RpcTarget {
  readonly asked: unknown[] = [];
  readonly #pages: readonly Page[];

  constructor(...pages: readonly Page[]) {
    super();
    this.#pages = pages;
  }

  async get(id: string) {
    this.asked.push(id);
    return this.#pages.find((candidate) => candidate.id === id) ?? null;
  }
  async list(options: ListPagesOptions) {
    this.asked.push(options);
    return { pages: [...this.#pages] };
  }
}

const published = { ...page, id: "far:1", title: "From afar", status: "published" } as const;
const reading = {
  code: `async beforePublish({ api }) {
    const found = await api.pages.get("far:1").catch((error) => ({ title: error.code }));
    return say(found?.title ?? null);
  }`,
  scopes: ["hook:beforePublish", "read:pages"],
} as const;

async function readThrough(core: Awaited<ReturnType<typeof signInAsCore>>): Promise<unknown> {
  return reportsOf(await core.beforePublish(events.beforePublish)).probe;
}

describe("a CoreSession", () => {
  it("answers each hook as the binding does", async () => {
    const site = await makeSite({
      code: "hook({ context }) { if (context.hook === 'beforePublish') return false; }",
      scopes: [
        "hook:beforePublish",
        "hook:afterPublish",
        "hook:renderHtml",
        "hook:onSearch",
        "hook:onSchedule",
      ],
    });
    const core = await signInAsCore(site.id);
    expect(await core.beforePublish(events.beforePublish)).toMatchObject({
      allow: false,
      refusedBy: ["probe"],
    });
    expect(await core.afterPublish(events.afterPublish)).toMatchObject({ queued: 1 });
    expect(await core.renderHtml(events.renderHtml)).toMatchObject({ patch: {}, skipped: [] });
    expect(await core.onSearch(events.onSearch)).toMatchObject({ order: ["posts:a", "posts:b", "posts:c"] });
    expect(await core.onSchedule(events.onSchedule)).toMatchObject({ queued: 0 });
    expect(await core.dispatch("onSearch", events.onSearch)).toMatchObject({ hidden: [] });
    expect(await core.describe()).toEqual(await site.hooks.describe());
  });

  it("reads pages through the content it registers, the newest of them", async () => {
    const site = await makeSite(reading);
    const core = await signInAsCore(site.id);
    expect(await readThrough(core)).toBeNull();
    await core.registerContent(new Content(published));
    expect(await readThrough(core)).toBe("From afar");
    await core.registerContent(new Content({ ...published, title: "Newer" }));
    expect(await readThrough(core)).toBe("Newer");
  });

  it("keeps registered content to its own connection", async () => {
    const site = await makeSite(reading);
    const [core, another] = [await signInAsCore(site.id), await signInAsCore(site.id)];
    await core.registerContent(new Content(published));
    expect(await readThrough(another)).toBeNull();
  });

  it("shows plugins nothing that core should not have sent: drafts and malformed pages", async () => {
    const site = await makeSite(reading);
    const core = await signInAsCore(site.id);
    await core.registerContent(new Content({ ...published, status: "draft" }));
    expect(await readThrough(core)).toBeNull();
    for (const malformed of [
      { id: "far:1" },
      { ...published, collection: 5 },
      { ...published, fields: [] },
    ]) {
      await core.registerContent(new Content(malformed as unknown as Page));
      expect(await readThrough(core)).toMatch(/^[A-Z_]+$/);
    }
  });

  it("is CONTENT_UNAVAILABLE to a plugin when core's content throws", async () => {
    const site = await makeSite(reading);
    const core = await signInAsCore(site.id);
    class Broken extends Content {
      override async get(): Promise<never> {
        throw new Error("s3cr3t of core");
      }
    }
    await core.registerContent(new Broken());
    expect(await readThrough(core)).toBe("CONTENT_UNAVAILABLE");
  });

  it.each([null, undefined, 5, "content", {}, [], { get: 1, list: 2 }])(
    "refuses to register %j",
    async (content) => {
      const core = await signInAsCore((await makeSite()).id);
      const error = await refusalOf(async () => core.registerContent(content as never));
      expect(error).toMatchObject({ code: "INVALID_ARGUMENT", message: expect.stringContaining("content") });
    },
  );

  it.each([
    [undefined, "event"],
    [null, "event"],
    [5, "event"],
    [{ ...events.beforePublish, pageId: undefined }, "event.pageId"],
    [{ ...events.beforePublish, title: 5 }, "event.title"],
    [{ ...events.beforePublish, title: () => "x" }, "event.title"],
    [{ ...events.beforePublish, fields: { call: () => "x" } }, "event.fields"],
    [{ ...events.beforePublish, fields: { content: new Content() } }, "event.fields"],
    [{ ...events.beforePublish, extra: () => "x" }, null],
  ])("names the event's field that is wrong (case %#)", async (event, field) => {
    const core = await signInAsCore((await makeSite()).id);
    const call = async () => core.beforePublish(event as never);
    if (field === null) expect((await call()).allow).toBe(true);
    else {
      const error = await refusalOf(call);
      expect(error).toMatchObject({ code: "INVALID_ARGUMENT", message: expect.stringContaining(field) });
    }
  });

  it("is HOOK_UNKNOWN for a name that is no hook", async () => {
    const core = await signInAsCore((await makeSite()).id);
    for (const name of ["constructor", "registerContent", "", 5, null, { toString: "onSearch" }]) {
      const error = await refusalOf(async () => core.dispatch(name as string, {}));
      expect(error).toMatchObject({ code: "HOOK_UNKNOWN" });
    }
  });
});
