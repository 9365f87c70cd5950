// What a run is told: the event and its page, the scopes, the pages.
import { expect, it } from "vitest";
import { chooseScopes } from "../../../cli/run/choose-scopes.ts";
import { parsePagesFile } from "../../../cli/run/parse-pages.ts";
import { prepareEvent } from "../../../cli/run/prepare-event.ts";
import { manifestSchema } from "../../../contracts/manifest.ts";

const PAGE = { collection: "posts", slug: "hello", title: "Hello", html: "<p>Hi</p>" };
const MANIFEST = manifestSchema.parse({
  apiVersion: 1,
  id: "one-plugin",
  name: "One",
  version: "1.0.0",
  scopes: ["hook:beforePublish", "read:pages", "write:kv"].map((scope) => ({ scope, reason: "a test" })),
});

it("finds the page of a publication, a draft until it is published", () => {
  const event = { pageId: "p1", ...PAGE };
  expect(prepareEvent("beforePublish", event).page).toMatchObject({
    id: "p1",
    title: "Hello",
    status: "draft",
  });
  expect(prepareEvent("afterPublish", event).page).toMatchObject({ id: "p1", status: "published" });
});

it("finds the page that is rendered, and none where the event has none", () => {
  const page = { id: "p1", ...PAGE };
  expect(prepareEvent("renderHtml", { page }).page).toMatchObject({ id: "p1", status: "published" });
  expect(prepareEvent("renderHtml", { kind: "home" }).page).toBeNull();
  expect(prepareEvent("onSearch", { query: "x" }).page).toBeNull();
});

it("names the field that is missing or wrong", () => {
  expect(() => prepareEvent("beforePublish", { id: "p1", ...PAGE })).toThrow(/the field pageId is missing/);
  expect(() => prepareEvent("onSearch", { query: 7 })).toThrow(/query: /);
  expect(() => prepareEvent("onSearch", [])).toThrow(/must be a JSON object/);
});

it("grants everything declared unless told otherwise", () => {
  expect(chooseScopes(MANIFEST, "beforePublish", null)).toEqual({
    scopes: ["hook:beforePublish", "read:pages", "write:kv"],
    cut: [],
  });
});

it("grants what is named and declared, always the hook itself, and tells what is cut", () => {
  expect(chooseScopes(MANIFEST, "beforePublish", ["write:kv", "read:kv", "use:rockets"])).toEqual({
    scopes: ["hook:beforePublish", "write:kv"],
    cut: ["read:kv", "use:rockets"],
  });
});

it("tells a seed file from pages, and refuses anything else", () => {
  expect(parsePagesFile(JSON.stringify({ version: "1", content: {} }), "f")).toMatchObject({ kind: "seed" });
  expect(parsePagesFile(JSON.stringify([{ id: "p1", ...PAGE }]), "f")).toMatchObject({
    kind: "pages",
    pages: [{ id: "p1", status: "draft" }],
  });
  expect(() => parsePagesFile(JSON.stringify([PAGE]), "f")).toThrow(/f\.0\.id/);
  expect(() => parsePagesFile("{}", "f")).toThrow(/neither a seed file nor/);
  expect(() => parsePagesFile("{", "f")).toThrow(/f is not JSON/);
});
