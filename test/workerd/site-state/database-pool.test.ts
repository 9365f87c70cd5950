// What meets what in the pool: the same rules on a real object's storage, with databases and sites that the test plays.
import { describe, expect, it } from "vitest";
import type { DatabaseClaim } from "../../../contracts/site.ts";
import { createAuditTable } from "../../../services/site-state/audit-log.ts";
import { DatabasePool, type PoolPorts } from "../../../services/site-state/database-pool.ts";
import { failureOf, inSite, makeName } from "./fixture.ts";

const BINDINGS = { PLUGIN_DB_1: {}, PLUGIN_DB_2: {}, PLUGIN_DB_10: {}, DB: {}, PLUGIN_DB_X: {} };
const holder = { site: "demo", plugin: "notify", installId: "i1", major: 1 };

interface World {
  readonly storage: DurableObjectStorage;
  readonly pool: DatabasePool;
  /** What the test plays; each may be replaced in the middle. */
  readonly ports: { -readonly [P in keyof PoolPorts]: PoolPorts[P] };
  readonly wiped: string[];
  /** Lets the time of one database, or of all, come. */
  ripen(name?: string): void;
  stateOf(name: string): string | undefined;
}

/** On the storage of an object whose own alarm does nothing. */
function inPool(run: (world: World) => Promise<void>): Promise<void> {
  return inSite(makeName("pool"), async (storage) => {
    const wiped: string[] = [];
    const ports: World["ports"] = {
      isEmpty: async () => true,
      wipe: async (name) => void wiped.push(name),
      claimOf: async () => ({ endsAtMs: null }),
    };
    createAuditTable(storage.sql);
    const pool = new DatabasePool(storage, BINDINGS, {
      isEmpty: (name) => ports.isEmpty(name),
      wipe: (name) => ports.wipe(name),
      claimOf: (asked) => ports.claimOf(asked),
    });
    await run({
      storage,
      pool,
      ports,
      wiped,
      ripen: (name) =>
        void storage.sql.exec(
          "UPDATE databases SET due_at = 1 WHERE due_at > 0 AND name LIKE ?",
          name ?? "%",
        ),
      stateOf: (name) => pool.list().find((row) => row.name === name)?.state,
    });
  });
}

describe("the pool", () => {
  it("has the bindings of its form, in the order of their numbers, and the lowest free one is next", () =>
    inPool(async ({ pool }) => {
      expect(pool.list().map(({ name }) => name)).toEqual(["PLUGIN_DB_1", "PLUGIN_DB_2", "PLUGIN_DB_10"]);
      const names = ["a", "b", "c"].map((plugin) => pool.allot({ ...holder, plugin }));
      expect(await Promise.all(names)).toEqual(["PLUGIN_DB_1", "PLUGIN_DB_2", "PLUGIN_DB_10"]);
      expect(await failureOf(pool.allot({ ...holder, plugin: "d" }))).toMatchObject({ code: "POOL_EMPTY" });
    }));

  it("answers all that ask for one install with one database, also while it is looked at", () =>
    inPool(async ({ pool }) => {
      const names = await Promise.all([pool.allot(holder), pool.allot(holder), pool.allot(holder)]);
      expect(new Set(names).size).toBe(1);
      expect(pool.list().filter(({ state }) => state === "taken")).toHaveLength(1);
    }));

  it("hands out to none of them what turns out not to be empty", () =>
    inPool(async ({ pool, ports, stateOf }) => {
      ports.isEmpty = async (name) => name !== "PLUGIN_DB_1";
      expect(await Promise.all([pool.allot(holder), pool.allot(holder)])).toEqual([
        "PLUGIN_DB_2",
        "PLUGIN_DB_2",
      ]);
      expect(stateOf("PLUGIN_DB_1")).toBe("wiping");
    }));

  it("wipes that at once, also where no other one is free", () =>
    inPool(async ({ storage, pool, ports }) => {
      ports.isEmpty = async () => false;
      expect(await failureOf(pool.allot(holder))).toMatchObject({ code: "POOL_EMPTY" });
      expect(await storage.getAlarm()).toBeLessThanOrEqual(Date.now());
      expect(pool.list().map(({ state }) => state)).toEqual(["wiping", "wiping", "wiping"]);
    }));

  it("keeps to the first look where the plugin has written before the second one ends", () =>
    inPool(async ({ pool, ports }) => {
      const looks: ((isEmpty: boolean) => void)[] = [];
      ports.isEmpty = () => new Promise((resolve) => looks.push(resolve));
      const both = [pool.allot(holder), pool.allot(holder)];
      while (looks.length < 2) await scheduler.wait(1);
      looks[0]?.(true);
      expect(await both[0]).toBe("PLUGIN_DB_1");
      looks[1]?.(false);
      expect(await both[1]).toBe("PLUGIN_DB_1");
    }));

  it("does not hand out what is given back while it is looked at", () =>
    inPool(async ({ pool, ports }) => {
      const looks: ((isEmpty: boolean) => void)[] = [];
      ports.isEmpty = () => new Promise((resolve) => looks.push(resolve));
      const asked = pool.allot(holder);
      while (looks.length < 1) await scheduler.wait(1);
      await pool.giveBack(holder);
      ports.isEmpty = async () => true;
      looks[0]?.(true);
      expect(await asked).toBe("PLUGIN_DB_2");
    }));

  it("takes nothing away by what a site said before it was asked for again", () =>
    inPool(async ({ pool, ports, ripen, stateOf }) => {
      await pool.allot(holder);
      ripen();
      const answers: ((claim: DatabaseClaim | null) => void)[] = [];
      ports.claimOf = () => new Promise((resolve) => answers.push(resolve));
      const check = pool.workOffDue();
      while (answers.length < 1) await scheduler.wait(1);
      expect(await pool.allot(holder)).toBe("PLUGIN_DB_1");
      answers[0]?.(null);
      await check;
      expect(stateOf("PLUGIN_DB_1")).toBe("taken");
    }));

  it("takes it away when the site says so, and asks again later when the site cannot be reached", () =>
    inPool(async ({ pool, ports, ripen, stateOf, wiped }) => {
      await pool.allot(holder);
      ports.claimOf = () => Promise.reject(new Error("unreachable"));
      ripen();
      await pool.workOffDue();
      expect(stateOf("PLUGIN_DB_1")).toBe("taken");
      ports.claimOf = async () => null;
      ripen();
      await pool.workOffDue();
      expect([stateOf("PLUGIN_DB_1"), wiped]).toEqual(["wiping", []]);
    }));

  it("frees nothing whose wiping fails, goes on with the others, and tries again", () =>
    inPool(async ({ storage, pool, ports, ripen, stateOf, wiped }) => {
      await pool.allot(holder);
      await pool.allot({ ...holder, major: 2 });
      await pool.giveBack(holder);
      ripen();
      ports.wipe = async (name) => {
        if (name === "PLUGIN_DB_1") throw new Error("D1 is down");
      };
      await pool.workOffDue();
      expect([stateOf("PLUGIN_DB_1"), stateOf("PLUGIN_DB_2")]).toEqual(["wiping", "free"]);
      expect(await storage.getAlarm()).toBeGreaterThan(Date.now());
      ports.wipe = async (name) => void wiped.push(name);
      ripen();
      await pool.workOffDue();
      expect([stateOf("PLUGIN_DB_1"), wiped]).toEqual(["free", ["PLUGIN_DB_1"]]);
      expect(await storage.getAlarm()).toBeNull();
    }));

  it("gives back what the install held and no other's", () =>
    inPool(async ({ pool, stateOf }) => {
      await pool.allot(holder);
      await pool.allot({ ...holder, site: "other" });
      await pool.giveBack({ ...holder, installId: "i2" });
      expect(stateOf("PLUGIN_DB_1")).toBe("taken");
      await pool.giveBack(holder);
      expect([stateOf("PLUGIN_DB_1"), stateOf("PLUGIN_DB_2")]).toEqual(["wiping", "taken"]);
    }));
});
