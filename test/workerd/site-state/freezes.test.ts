import { runDurableObjectAlarm } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { FREEZE_MS, FROZEN_RETRY_MS } from "../../../contracts/limits.ts";
import { settleDelivery } from "../../../services/site-state/deliveries.ts";
import {
  BY,
  deliveriesTo,
  env,
  failureOf,
  inSite,
  makeGrant,
  makeGrantedSite,
  makeInstall,
  readAuditOf,
  readSnapshotOf,
} from "./fixture.ts";

const plugin = "seo-check";
const next = makeInstall("c", { version: "2.0.0" });
const forNext = (freeze?: string) =>
  makeGrant("jti-2", { code: next.code, action: "update", previous: "jti-1", ...(freeze && { freeze }) });

/** A site that runs 1.0.0, with 2.0.0 held and the plugin frozen for it. */
async function makeFrozen() {
  const { name, site } = await makeGrantedSite();
  await site.install(next, BY);
  const { freeze, drainedMs } = await site.freeze(plugin, "2.0.0", BY);
  const frozen = async () => (await readSnapshotOf(site)).plugins[0]?.frozen;
  return { name, site, freeze, drainedMs, frozen };
}

describe.concurrent("a freeze", { timeout: 30_000 }, () => {
  it("is answered when no lease of before can be used, and stands in every one from then on", async () => {
    const { name, site } = await makeGrantedSite();
    await site.install(next, BY);
    await site.lease(null);
    const { freeze, drainedMs } = await site.freeze(plugin, "2.0.0", BY);
    expect(drainedMs).toBeGreaterThan(1_500);
    expect((await readSnapshotOf(site)).plugins).toMatchObject([{ version: "1.0.0", frozen: freeze }]);
    expect(await inSite(name, (storage) => storage.getAlarm())).toBeGreaterThan(Date.now());
  });

  it("is what another major goes live under, and ends with it", async () => {
    const { site, freeze, frozen } = await makeFrozen();
    await site.putGrant(forNext(freeze));
    expect(await frozen()).toBeNull();
    expect((await site.read()).plugins).toMatchObject([{ version: "2.0.0", grant: { jti: "jti-2" } }]);
  });

  it.each([
    ["no freeze", () => undefined],
    ["another freeze", () => "another"],
  ])("is asked for: %s puts no other major live", async (_name, choose) => {
    const { site, freeze, frozen } = await makeFrozen();
    expect(await failureOf(site.putGrant(forNext(choose())))).toMatchObject({ code: "CONFLICT" });
    expect([await frozen(), (await site.read()).plugins[0]?.version]).toEqual([freeze, "1.0.0"]);
  });

  it("is not needed within a major, and cannot be named there", async () => {
    const { site, freeze } = await makeFrozen();
    const minor = makeInstall("d", { version: "1.1.0" });
    await site.install(minor, BY);
    const grant = makeGrant("jti-3", { code: minor.code, action: "update", previous: "jti-1" });
    expect(await failureOf(site.putGrant({ ...grant, freeze }))).toMatchObject({ code: "CONFLICT" });
    await site.putGrant(grant);
    expect((await site.read()).plugins).toMatchObject([{ version: "1.1.0" }]);
  });

  it("is one at a time", async () => {
    const { site } = await makeFrozen();
    expect(await failureOf(site.freeze(plugin, "2.0.0", BY))).toMatchObject({ code: "BUSY" });
  });

  it("ends when nothing came of it, and a later word about it changes nothing", async () => {
    const { site, freeze, frozen } = await makeFrozen();
    const { epoch } = await site.thaw(plugin, freeze, BY, "it threw");
    expect(await frozen()).toBeNull();
    const second = await site.freeze(plugin, "2.0.0", BY);
    expect(await site.thaw(plugin, freeze, BY, "late")).toMatchObject({ epoch: epoch + 1 });
    expect(await frozen()).toBe(second.freeze);
    expect(await failureOf(site.putGrant(forNext(freeze)))).toMatchObject({ code: "CONFLICT" });
  });

  it("lapses by itself, and puts nothing live after that", async () => {
    const { name, site, freeze, frozen } = await makeFrozen();
    await inSite(name, ({ sql }) => sql.exec("UPDATE freezes SET until_at = until_at - ?", FREEZE_MS));
    expect(await failureOf(site.putGrant(forNext(freeze)))).toMatchObject({ code: "CONFLICT" });
    await runDurableObjectAlarm(env.SITE_STATE.getByName(name));
    expect(await frozen()).toBeNull();
    expect((await readAuditOf(site)).at(-1)).toMatchObject({ action: "unfreeze", actor: "system" });
  });

  it.each(["revoke", "setEnabled", "uninstall"] as const)(
    "ends with what takes the plugin back: %s",
    async (act) => {
      const { site, freeze } = await makeFrozen();
      // As by a holder that moves its state.
      await site.lease(null);
      const acts = {
        revoke: () => site.revoke(plugin, BY),
        setEnabled: () => site.setEnabled(plugin, false, BY),
        uninstall: () => site.uninstall(plugin, BY),
      };
      const { drainedMs } = await acts[act]();
      expect(drainedMs).toBeGreaterThan(1_500);
      expect((await site.read()).plugins[0]?.frozen ?? null).toBeNull();
      const code = act === "uninstall" ? "NOT_FOUND" : "CONFLICT";
      expect(await failureOf(site.putGrant(forNext(freeze)))).toMatchObject({ code });
    },
  );

  it("ends, and leaves the plugin on, where the watchdog finds that its move held up the runtime", async () => {
    const { site, frozen } = await makeFrozen();
    await site.stop(plugin, { code: "CPU_LIMIT", hook: "migrate", reason: "it computed without end" });
    expect([await frozen(), (await site.read()).plugins[0]]).toMatchObject([
      null,
      { enabled: true, stopped: null },
    ]);
    expect((await readAuditOf(site)).at(-1)).toMatchObject({
      kind: "watchdog",
      action: "unfreeze",
      hook: "migrate",
      detail: { code: "CPU_LIMIT" },
    });
  });
});

it("puts off a delivery without counting the attempt", { timeout: 30_000 }, async () => {
  const { name, site } = await makeGrantedSite();
  const delivery = await deliveriesTo(site);
  await site.enqueue([delivery("d1", { dueInMs: 600_000 })]);
  await inSite(name, ({ sql }) => {
    sql.exec("UPDATE deliveries SET attempt = 3");
    const claimed = { ...delivery("d1"), attempt: 3, idempotencyKey: "d1" };
    settleDelivery(sql, claimed, { status: "frozen" }, 1_000);
    const [row] = sql.exec("SELECT attempt, next_at, state FROM deliveries").toArray();
    expect(row).toEqual({ attempt: 2, next_at: 1_000 + FROZEN_RETRY_MS, state: "pending" });
  });
});
