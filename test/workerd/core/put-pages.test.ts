import { describe, expect, it } from "vitest";
import { pageSchema } from "../../../contracts/page.ts";
import { contentSource, putPages, renderPage } from "../../../services/core/index.ts";
import { makeCore, makeHooks, NOW_MS } from "./fixtures.ts";

const page = pageSchema.parse({
  id: "p1",
  collection: "posts",
  slug: "hello",
  title: "Hello there",
  html: "<p>Hi</p>",
  status: "published",
  publishedAt: "2026-03-01T09:00:00+01:00",
  updatedAt: "2026-03-02T00:00:00Z",
  fields: { mood: "good" },
});

describe("putPages", () => {
  it("stores pages as they are given, their times in one form", async () => {
    const core = await makeCore();
    expect(await putPages(core, [page])).toEqual({ written: 1 });
    expect(await contentSource(core).get("p1")).toEqual({
      ...page,
      url: `/sites/${core.site}/posts/hello`,
      publishedAt: "2026-03-01T08:00:00.000Z",
      updatedAt: "2026-03-02T00:00:00.000Z",
    });
  });

  it("replaces the page of the same id and keeps its first publication", async () => {
    const core = await makeCore();
    await putPages(core, [page]);
    await putPages(core, [{ ...page, title: "Anew", publishedAt: null, updatedAt: "" }]);
    expect(await contentSource(core).get("posts/hello")).toMatchObject({
      title: "Anew",
      publishedAt: "2026-03-01T08:00:00.000Z",
      updatedAt: new Date(NOW_MS).toISOString(),
    });
  });

  it("stores times that are none as now, and renders a locale that is none", async () => {
    const core = await makeCore();
    await putPages(core, [{ ...page, locale: "no_such!", authors: ["A", "B"], publishedAt: "soon" }]);
    const request = new Request("https://cms.example/sites/x/no_such!/posts/hello");
    const response = await renderPage(core, makeHooks(), request, "/sites/x");
    expect(await response.text()).toContain("November 22, 2026");
  });
});
