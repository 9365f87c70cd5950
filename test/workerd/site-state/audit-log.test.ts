import { describe, expect, it } from "vitest";
import type { Denial, NewAuditEntry } from "../../../contracts/audit.ts";
import {
  appendAudit,
  countDenials,
  createAuditTable,
  readAudit,
} from "../../../services/site-state/audit-log.ts";
import {
  BY,
  failureOf,
  inDeployment,
  inSite,
  makeDeployment,
  makeGrantedSite,
  makeSite,
  readAuditOf,
} from "./fixture.ts";

/** On a whole minute. */
const NOON_MS = Date.parse("2026-11-22T12:00:00.000Z");
const entry: NewAuditEntry = { kind: "change", action: "disable", actor: BY, plugin: "seo-check" };
const denial: Denial = {
  plugin: "seo-check",
  hook: "beforePublish",
  scope: "read:pages",
  jti: "jti-1",
  reason: "outside its caveats",
  count: 2,
};

/** A log that holds nothing but what the test writes. */
async function withLog(test: (sql: SqlStorage) => void): Promise<void> {
  const { name } = await makeSite();
  await inSite(name, ({ sql }) => {
    sql.exec("DROP TABLE audit");
    createAuditTable(sql);
    test(sql);
  });
}

const read = (sql: SqlStorage, query: Partial<Parameters<typeof readAudit>[1]> = {}) =>
  readAudit(sql, { limit: 100, ...query });

describe.concurrent("the audit log", () => {
  it("gives back what was written, with a number and a time, and null for what was not said", () =>
    withLog((sql) => {
      const whole = {
        ...entry,
        hook: "onSearch",
        scope: "read:kv",
        jti: "j",
        reason: "r",
        detail: { a: [1] },
      } as const;
      appendAudit(sql, entry, NOON_MS);
      appendAudit(sql, whole, NOON_MS + 1);
      const unsaid = { hook: null, scope: null, jti: null, reason: null, detail: null };
      expect(read(sql).entries).toEqual([
        { ...entry, ...unsaid, id: 1, at: "2026-11-22T12:00:00.000Z", count: 1 },
        { ...whole, id: 2, at: "2026-11-22T12:00:00.001Z", count: 1 },
      ]);
    }));

  it("is read page by page, oldest first, with a cursor while more follow", () =>
    withLog((sql) => {
      for (let index = 0; index < 5; index += 1) appendAudit(sql, entry, NOON_MS + index);
      const ids: number[][] = [];
      let cursor: number | undefined;
      do {
        const page = read(sql, { limit: 2, cursor });
        ids.push(page.entries.map(({ id }) => id));
        cursor = page.cursor;
      } while (cursor !== undefined);
      expect(ids).toEqual([[1, 2], [3, 4], [5]]);
      expect(read(sql, { limit: 5 })).not.toHaveProperty("cursor");
      expect(read(sql, { cursor: 5 })).toEqual({ entries: [] });
    }));

  it("is filtered by plugin, kind and time, together and across pages", () =>
    withLog((sql) => {
      appendAudit(sql, entry, NOON_MS);
      appendAudit(sql, { ...entry, kind: "consent" }, NOON_MS + 1000);
      appendAudit(sql, { ...entry, plugin: "another-one" }, NOON_MS + 2000);
      appendAudit(sql, { ...entry, plugin: undefined }, NOON_MS + 3000);
      const idsOf = (query: Parameters<typeof read>[1]) => read(sql, query).entries.map(({ id }) => id);
      expect(idsOf({ plugin: "seo-check" as never })).toEqual([1, 2]);
      expect(idsOf({ kind: "change" })).toEqual([1, 3, 4]);
      expect(idsOf({ since: "2026-11-22T12:00:02.000Z" })).toEqual([3, 4]);
      expect(idsOf({ since: "2026-11-22T14:00:02+02:00" })).toEqual([3, 4]);
      expect(idsOf({ since: "2026-11-22T12:00:01Z", kind: "change", limit: 1 })).toEqual([3]);
      expect(idsOf({ since: "2026-11-22T12:00:01Z", kind: "change", cursor: 3 })).toEqual([4]);
    }));

  it("counts equal denials of one minute in one entry", () =>
    withLog((sql) => {
      countDenials(sql, [denial, denial], NOON_MS);
      countDenials(sql, [{ ...denial, count: 5 }], NOON_MS + 59_999);
      countDenials(sql, [denial], NOON_MS + 60_000);
      expect(read(sql).entries).toMatchObject([
        {
          at: "2026-11-22T12:00:00.000Z",
          kind: "denial",
          action: "deny",
          actor: "plugin:seo-check",
          count: 9,
        },
        { at: "2026-11-22T12:01:00.000Z", count: 2 },
      ]);
    }));

  it.for([
    ["plugin", { plugin: "another-one" }],
    ["hook", { hook: "afterPublish" }],
    ["no hook", { hook: null }],
    ["scope", { scope: "read:kv" }],
    ["no scope", { scope: null }],
    ["grant", { jti: "jti-2" }],
    ["no grant", { jti: null }],
    ["reason", { reason: "grant revoked" }],
  ] as const)("counts a denial with another %s for itself, again and again", ([, other]) =>
    withLog((sql) => {
      const changed = { ...denial, ...other } as Denial;
      countDenials(sql, [denial, changed, changed], NOON_MS);
      expect(read(sql).entries).toMatchObject([
        { count: 2, plugin: denial.plugin, hook: denial.hook, scope: denial.scope, jti: denial.jti },
        { count: 4, ...other },
      ]);
    }),
  );

  it.for([
    "DELETE FROM audit",
    "DELETE FROM audit WHERE id = 2",
    "UPDATE audit SET reason = 'another'",
    "UPDATE audit SET count = 7 WHERE kind = 'change'",
    "UPDATE audit SET count = 1 WHERE kind = 'denial'",
    "UPDATE audit SET count = count + 1, jti = NULL WHERE kind = 'denial'",
    "UPDATE audit SET count = count + 1, kind = 'change' WHERE kind = 'denial'",
    "UPDATE audit SET count = count + 1, at = '2020' WHERE kind = 'denial'",
    "UPDATE audit SET count = count + 1, detail = '{}' WHERE kind = 'denial'",
    "UPDATE audit SET id = 9 WHERE id = 1",
    "UPDATE OR REPLACE audit SET id = 1 WHERE id = 2",
    "REPLACE INTO audit (id, at, kind, action, actor) VALUES (1, '2020', 'change', 'enable', 'x')",
    "INSERT OR REPLACE INTO audit SELECT id, at, kind, action, 'x', plugin, hook, scope, jti, reason, count, detail FROM audit",
    "INSERT INTO audit (id, at, kind, action, actor) VALUES (1, '2020', 'change', 'enable', 'x') ON CONFLICT (id) DO UPDATE SET actor = 'x'",
  ])("is append-only: it refuses %s", (statement) =>
    withLog((sql) => {
      appendAudit(sql, entry, NOON_MS);
      countDenials(sql, [denial], NOON_MS);
      const before = read(sql);
      expect(() => sql.exec(statement)).toThrow(/append-only/);
      expect(read(sql)).toEqual(before);
    }),
  );
});

describe.concurrent("the audit log of an object", () => {
  it("tells who made the site and granted what, and counts the denials that are handed in", async () => {
    const { name, site } = await makeGrantedSite();
    await Promise.all([site.recordDenials([denial]), site.recordDenials([{ ...denial, hook: "onSearch" }])]);
    expect(await readAuditOf(site)).toMatchObject([
      { kind: "change", action: "create", actor: BY, plugin: null, detail: { id: name } },
      { kind: "change", action: "install", actor: BY, plugin: "seo-check" },
      { kind: "consent", action: "grant", actor: BY, plugin: "seo-check", jti: "jti-1" },
      { kind: "denial", hook: "beforePublish", count: 2 },
      { kind: "denial", hook: "onSearch", count: 2 },
    ]);
  });

  it("has no entry of a change that was not written, nor a change without its entry", async () => {
    const { name, site } = await makeGrantedSite();
    const before = await site.lease(null);
    await inSite(name, ({ sql }) => {
      sql.exec("CREATE TRIGGER broken BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no room'); END");
    });
    expect(await failureOf(site.setEnabled("seo-check", false, BY))).toMatchObject({
      message: expect.stringContaining("no room"),
    });
    expect(await site.lease(null)).toEqual(before);
  });

  it("is append-only in a deployment too", async () => {
    const { name, deployment } = makeDeployment();
    await deployment.addSite("demo", BY);
    await inDeployment(name, ({ sql }) => {
      expect(() => sql.exec("DELETE FROM audit")).toThrow(/append-only/);
    });
    expect(await readAuditOf(deployment)).toHaveLength(1);
  });
});
