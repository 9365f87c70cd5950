// The feed that notify keeps, when deliveries repeat, fail half-way or come at once.
// Not the deliveries themselves: those are test/workerd.
import { beforeAll, describe, expect, it } from "vitest";
import type { Page } from "../../contracts/page.ts";
import { type Example, loadExample, makePage } from "./example.ts";

interface Item {
  id: string;
  title: string;
  url: string;
  date_published: string;
  tags: string[];
}

describe("notify", () => {
  let example: Example;
  beforeAll(async () => {
    example = await loadExample("notify");
  });

  async function publish(kv: Map<string, string>, idempotencyKey: string, changes: Partial<Page> = {}) {
    const { id: pageId, ...page } = makePage(changes);
    const context = { idempotencyKey };
    expect(await example.call("afterPublish", { ...page, pageId }, { kv, context })).toBeNull();
  }

  function readItems(kv: Map<string, string>): Item[] {
    return JSON.parse(kv.get("feed.json") ?? "{}").items;
  }

  function minute(index: number): string {
    return new Date(Date.UTC(2026, 0, 1, 0, index)).toISOString();
  }

  it("writes a JSON Feed", async () => {
    const kv = new Map<string, string>();
    await publish(kv, "d1");
    expect(JSON.parse(kv.get("feed.json") ?? "")).toEqual({
      version: "https://jsonfeed.org/version/1.1",
      title: "Demo & Sons",
      home_page_url: "https://demo.example",
      items: [
        {
          id: "d1",
          url: "https://demo.example/posts/the-art-of-naming",
          title: "The art of naming things",
          summary: makePage().excerpt,
          date_published: "2026-01-15T09:00:00.000Z",
          tags: ["published"],
        },
      ],
    });
  });

  it("adds nothing when a delivery is tried again", async () => {
    const kv = new Map<string, string>();
    await publish(kv, "d1");
    const before = new Map(kv);
    await publish(kv, "d1");
    expect(kv).toEqual(before);
  });

  it("finishes what a failed try began", async () => {
    const kv = new Map<string, string>();
    await publish(kv, "d1");
    kv.delete("feed.json");
    await publish(kv, "d2", { publishedAt: minute(0) });
    expect(readItems(kv).map(({ id }) => id)).toEqual(["d1", "d2"]);
  });

  it("loses nothing to a publication at the same moment", async () => {
    const kv = new Map<string, string>();
    await Promise.all([
      publish(kv, "d1", { publishedAt: minute(1) }),
      publish(kv, "d2", { publishedAt: minute(2) }),
    ]);
    await publish(kv, "d3", { publishedAt: minute(3) });
    expect(readItems(kv).map(({ id }) => id)).toEqual(["d3", "d2", "d1"]);
  });

  it("keeps the newest 50 and nothing of the others", async () => {
    const kv = new Map<string, string>();
    for (let index = 0; index < 53; index += 1)
      await publish(kv, `d${index}`, { publishedAt: minute(index) });
    const items = readItems(kv);
    expect(items).toHaveLength(50);
    expect(items[0]?.id).toBe("d52");
    expect(items.at(-1)?.id).toBe("d3");
    expect(kv.size).toBe(51);
  });
});
