import { describe, expect, it } from "vitest";
import { PagesReader } from "../../../capabilities/index.ts";
import type { InvocationTerms } from "../../../contracts/capability.ts";
import type { Caveats } from "../../../contracts/caveats.ts";
import type { ContentSource } from "../../../contracts/ports.ts";
import { failureOf, makeContent, makeInvocation, makePage, NOW_MS } from "./fixture.ts";
import { describeGuard } from "./guard-cases.ts";

const post = makePage("posts:p1");
const draft = makePage("posts:p2", { status: "draft" });
const landing = makePage("pages:home", { collection: "pages" });
const secret = makePage("pages:next", { collection: "pages", status: "draft" });
const everyPage = [post, draft, landing, secret];

/** A reader over these pages under these caveats. */
function makeReader(caveats: Caveats = {}, changes: Partial<InvocationTerms> = {}) {
  const content = makeContent(everyPage);
  const { invocation } = makeInvocation({ "read:pages": caveats }, { content: () => content, ...changes });
  return { reader: new PagesReader(invocation), content, invocation };
}

const outside = { name: "PermissionDenied", code: "PERMISSION_DENIED", scope: "read:pages" };
const posts = { collections: ["posts"] };

function acting(effect: () => void): ContentSource {
  return {
    get: async () => {
      effect();
      return post;
    },
    list: async () => {
      effect();
      return { pages: [post] };
    },
  };
}

describeGuard("pages", {
  get: {
    traced: ["pages.read", "get"],
    scope: "read:pages",
    outside: { collections: { collections: ["pages"] } },
    content: acting,
    call: (invocation) => new PagesReader(invocation).get("posts/p1"),
  },
  list: {
    traced: ["pages.read", "list"],
    scope: "read:pages",
    outside: { collections: { collections: ["pages"] } },
    content: acting,
    call: (invocation) => new PagesReader(invocation).list({ collection: "posts" }),
  },
});

describe("pages.get", () => {
  it("finds a published page by its id and by collection/slug", async () => {
    const { reader } = makeReader();
    expect(await reader.get("posts:p1")).toEqual(post);
    expect(await reader.get("posts/p1")).toEqual(post);
    expect(await reader.get("posts:nobody")).toBeNull();
  });

  it("does not see drafts", async () => {
    const { reader } = makeReader();
    expect(await reader.get("posts:p2")).toBeNull();
    expect(await reader.get("posts/p2")).toBeNull();
  });

  it("sees the event's own draft as the event has it, without asking core", async () => {
    const eventPage = { ...draft, title: "About to go live" };
    const { reader, content } = makeReader(posts, { eventPage: () => eventPage, eventPageId: draft.id });
    expect(await reader.get(draft.id)).toEqual(eventPage);
    expect(await reader.get("posts/p2")).toEqual(eventPage);
    expect(content.asked).toEqual([]);
  });

  it("sees the event's own draft in core where the event names it only, and no other draft", async () => {
    const { reader } = makeReader({}, { eventPageId: draft.id });
    expect(await reader.get(draft.id)).toEqual(draft);
    expect(await reader.get(secret.id)).toBeNull();
  });

  it("is denied the event's own page outside its collections", async () => {
    const { reader } = makeReader(posts, { eventPage: () => secret, eventPageId: secret.id });
    expect(await failureOf(reader.get(secret.id))).toMatchObject(outside);
    const named = makeReader(posts, { eventPageId: secret.id });
    expect(await failureOf(named.reader.get(secret.id))).toMatchObject(outside);
  });

  it("is denied a page outside its collections, by its id and by its name", async () => {
    const { reader, content, invocation } = makeReader(posts);
    expect(await failureOf(reader.get("pages:home"))).toMatchObject(outside);
    content.asked.length = 0;
    expect(await failureOf(reader.get("pages/home"))).toMatchObject(outside);
    expect(await failureOf(reader.get("pages/nobody"))).toMatchObject(outside);
    expect(content.asked, "a name that says enough is not asked for").toEqual([]);
    expect(invocation.deniedScope).toBe("read:pages");
  });

  it("gives a draft outside its collections no other answer than a page that there is not", async () => {
    const { reader } = makeReader(posts);
    expect(await reader.get("pages:next")).toBeNull();
    expect(await reader.get("pages:nobody")).toBeNull();
  });

  it("is denied everything under caveats that leave no collection", async () => {
    const { reader } = makeReader({ collections: [] });
    expect(await failureOf(reader.get("posts:p1"))).toMatchObject(outside);
    expect(await reader.list()).toEqual({ pages: [] });
  });

  it.each([[""], ["x".repeat(701)], [null], [undefined], [1], [{}], [["posts:p1"]], [true]])(
    "refuses the id %j",
    async (id) => {
      const { reader } = makeReader();
      expect(await failureOf(reader.get(id))).toMatchObject({ code: "INVALID_ARGUMENT" });
    },
  );
});

describe("pages.list", () => {
  it("lists published pages as summaries, whatever core answers", async () => {
    const { reader, content } = makeReader();
    const { pages } = await reader.list();
    expect(pages.map(({ id }) => id)).toEqual(["posts:p1", "pages:home"]);
    for (const page of pages) expect(Object.keys(page)).not.toEqual(expect.arrayContaining(["html"]));
    expect(content.asked).toEqual([{ limit: 20 }]);
  });

  it("never asks core for drafts, also when the plugin does", async () => {
    const { reader, content } = makeReader();
    await reader.list({ drafts: true, status: "draft", collections: ["secret"] });
    expect(content.asked).toEqual([{ limit: 20 }]);
  });

  it("without a collection keeps to those of its caveats, in the question and in the answer", async () => {
    const { reader, content } = makeReader(posts);
    expect((await reader.list()).pages.map(({ id }) => id)).toEqual(["posts:p1"]);
    expect(content.asked).toEqual([{ limit: 20, collections: ["posts"] }]);
  });

  it("asks for one collection, and is denied one outside its caveats", async () => {
    const { reader, content } = makeReader({ collections: ["posts", "pages"] });
    await reader.list({ collection: "pages", limit: 5, cursor: "c1" });
    expect(content.asked).toEqual([{ limit: 5, cursor: "c1", collections: ["pages"] }]);
    const narrow = makeReader(posts);
    expect(await failureOf(narrow.reader.list({ collection: "pages" }))).toMatchObject(outside);
    expect(narrow.content.asked).toEqual([]);
  });

  it.each([
    [{ limit: 0 }],
    [{ limit: 101 }],
    [{ limit: 1.5 }],
    [{ limit: "20" }],
    [{ collection: "a b" }],
    [{ collection: ["posts"] }],
    [{ cursor: 1 }],
    [{ cursor: "c".repeat(9_001) }],
    ["posts"],
    [1],
  ])("refuses the options %j", async (options) => {
    const { reader } = makeReader();
    expect(await failureOf(reader.list(options))).toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  it("takes no options, undefined and null alike", async () => {
    const { reader } = makeReader();
    expect(await reader.list(undefined)).toEqual(await reader.list());
    expect(await reader.list(null)).toEqual(await reader.list({}));
  });
});

describe("pages over a core that fails", () => {
  const unavailable = { code: "CONTENT_UNAVAILABLE" };

  function makeFailing(answer: () => Promise<unknown>, changes: Partial<InvocationTerms> = {}): PagesReader {
    const content = { get: answer, list: answer } as unknown as ContentSource; // hostile on purpose
    const { invocation } = makeInvocation({ "read:pages": {} }, { content: () => content, ...changes });
    return new PagesReader(invocation);
  }

  async function expectUnavailable(answer: () => Promise<unknown>): Promise<void> {
    expect(await failureOf(makeFailing(answer).get("posts:p1"))).toMatchObject(unavailable);
    expect(await failureOf(makeFailing(answer).list())).toMatchObject(unavailable);
  }

  it("is unavailable where core offers no content", async () => {
    const reader = new PagesReader(makeInvocation().invocation);
    expect(await failureOf(reader.get("posts:p1"))).toMatchObject(unavailable);
  });

  it.each<[string, unknown]>([
    ["a page without an id", { ...post, id: undefined }],
    ["a status that there is not", { ...post, status: "secret" }],
    ["fields that are no data", { ...post, fields: { now: new Date() } }],
    ["a number", 7],
    ["nothing", undefined],
    ["a list of broken pages", { pages: [{ id: 1 }] }],
    ["more pages than were asked for", { pages: Array.from({ length: 101 }, () => post) }],
    ["an array", [post]],
  ])("is unavailable when core answers %s", async (_name, answer) => {
    await expectUnavailable(async () => answer);
  });

  it("is unavailable when core throws, and says nothing of why", async () => {
    const thrown = Object.assign(new Error("D1_ERROR: no such table: pages"), { code: "GRANT_REVOKED" });
    await expectUnavailable(() => Promise.reject(thrown));
    await expectUnavailable(() => Promise.reject(undefined));
    await expectUnavailable(() => {
      throw new TypeError("content.get is not a function");
    });
    const error = await failureOf(makeFailing(() => Promise.reject(thrown)).get("posts:p1"));
    expect(error).not.toHaveProperty("cause");
    expect(String(error)).not.toContain("D1_ERROR");
  });

  it("is unavailable when core never answers, and does not wait past the deadline", async () => {
    const never = () => new Promise(() => {});
    const reader = makeFailing(never, { deadlineMs: NOW_MS + 30 });
    expect(await failureOf(reader.get("posts:p1"))).toMatchObject(unavailable);
    expect(await failureOf(reader.list())).toMatchObject(unavailable);
  });

  it("tells the plugin what is wrong with a cursor that core does not know", async () => {
    const unknown = Object.assign(new Error("list.cursor: expected one of ours"), {
      code: "INVALID_ARGUMENT",
    });
    expect(await failureOf(makeFailing(() => Promise.reject(unknown)).list({ cursor: "x" }))).toMatchObject({
      code: "INVALID_ARGUMENT",
      message: "list.cursor: expected one of ours",
    });
  });
});
