// The audit log: every page in turn, one entry a line.
import { expect, it } from "vitest";
import { listPages } from "../../../cli/audit/list-pages.ts";
import { renderEntry } from "../../../cli/audit/render-entry.ts";
import type { AuditEntry, AuditPage } from "../../../contracts/audit.ts";

const ENTRY: AuditEntry = {
  id: 1,
  at: "2026-11-22T13:45:21.983Z",
  kind: "denial",
  action: "deny",
  actor: "plugin:seo-check",
  plugin: "seo-check",
  hook: "renderHtml",
  scope: "write:kv",
  jti: "jti-1",
  reason: "not granted",
  count: 3,
  detail: null,
};

function pagesOf(...pages: AuditPage[]) {
  const asked: unknown[] = [];
  const readPage = async (query: unknown) => {
    asked.push(query);
    return pages[asked.length - 1] ?? { entries: [] };
  };
  return { asked, readPage };
}

it("asks for page after page with the cursor of the one before, and ends without one", async () => {
  const { asked, readPage } = pagesOf(
    { entries: [ENTRY], cursor: 1 },
    { entries: [{ ...ENTRY, id: 2 }], cursor: 2 },
    { entries: [] },
  );
  const ids: number[] = [];
  for await (const entries of listPages(readPage, { site: "demo", limit: 1 })) {
    ids.push(...entries.map(({ id }) => id));
  }
  expect(ids).toEqual([1, 2]);
  expect(asked).toEqual([
    { site: "demo", limit: 1 },
    { site: "demo", limit: 1, cursor: 1 },
    { site: "demo", limit: 1, cursor: 2 },
  ]);
});

it("asks for no page before the one at hand is used", async () => {
  const { asked, readPage } = pagesOf({ entries: [ENTRY], cursor: 1 }, { entries: [] });
  const pages = listPages(readPage, {});
  await pages.next();
  expect(asked).toHaveLength(1);
});

it("does not walk for ever behind a cursor that stands still", async () => {
  const pages = listPages(async () => ({ entries: [], cursor: 7 }), {});
  const walk = async () => {
    for await (const _entries of pages);
  };
  await expect(walk()).rejects.toMatchObject({ code: "INTERNAL" });
});

it("shows who, what, why, how often and under which grant", () => {
  expect(renderEntry(ENTRY)).toBe(
    "2026-11-22T13:45:21.983Z  denial      deny       seo-check      plugin:seo-check         3 times not granted in renderHtml write:kv (grant jti-1)",
  );
});

it("shows what was changed, and leaves out what is not there", () => {
  const change: AuditEntry = {
    ...ENTRY,
    kind: "change",
    action: "policy",
    plugin: null,
    hook: null,
    scope: null,
    jti: null,
    reason: null,
    count: 1,
    detail: { gate: "allow", weight: 2 },
  };
  expect(renderEntry(change)).toMatch(/ {2}- +plugin:seo-check +gate=allow weight=2$/);
});

it("keeps a reason on its line", () => {
  expect(renderEntry({ ...ENTRY, reason: "a\nb" })).not.toContain("\n");
});

it("shows what was granted as scopes with their caveats", () => {
  const authorization = [
    { type: "emgate:capability", scope: "hook:beforePublish", caveats: {} },
    { type: "emgate:capability", scope: "read:pages", caveats: { collections: ["posts", "pages"] } },
  ];
  const line = renderEntry({ ...ENTRY, kind: "consent", action: "grant", detail: { authorization } });
  expect(line).toContain(" hook:beforePublish read:pages(collections=posts,pages) ");
});
