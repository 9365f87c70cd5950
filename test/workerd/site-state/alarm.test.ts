import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, expect, it, vi } from "vitest";
import { FIRST_RETRY_DELAY_MS, MAX_IN_FLIGHT } from "../../../contracts/limits.ts";
import type { NewDelivery, SiteState } from "../../../services/site-state/index.ts";
import {
  BY,
  deliveriesTo,
  dumpStorage,
  env,
  failureOf,
  forNextRelease,
  inSite,
  makeGrant,
  makeGrantedSite,
  makeInstall,
  makeName,
  makeSite,
} from "./fixture.ts";

/** A site with the plugin installed and not granted, and what makes deliveries to it. */
async function makeSiteToDeliver() {
  const made = await makeSite();
  await made.site.install(makeInstall(), BY);
  return { ...made, makeDelivery: await deliveriesTo(made.site) };
}

const readRows = (name: string) =>
  inSite(name, ({ sql }) =>
    sql.exec("SELECT id, state, error, attempt, next_at FROM deliveries ORDER BY id").toArray(),
  );

const readAlarm = (name: string) => inSite(name, (storage) => storage.getAlarm());

describe.concurrent("SiteState, its alarm", () => {
  it("is set for the earliest delivery, and stays there when a later one comes", async () => {
    const { name, site, makeDelivery } = await makeSiteToDeliver();
    const startedAtMs = Date.now();
    expect(await site.enqueue([makeDelivery("d1", { dueInMs: 60_000 })])).toEqual({ queued: 1 });
    await site.enqueue([makeDelivery("d2", { dueInMs: 90_000 })]);
    const atMs = (await readAlarm(name)) ?? 0;
    expect(atMs).toBeGreaterThanOrEqual(startedAtMs + 60_000);
    expect(atMs).toBeLessThan(startedAtMs + 90_000);
    await site.enqueue([makeDelivery("d0", { dueInMs: 30_000 })]);
    expect(await readAlarm(name)).toBeLessThan(startedAtMs + 60_000);
  });

  it("is set for a schedule as soon as its version goes live, also where that waits", async () => {
    const { name, site } = await makeGrantedSite();
    const schedules = [{ cron: "0 0 1 1 *" }];
    await site.install(makeInstall("c", { version: "1.1.0", schedules }), BY);
    expect(await readAlarm(name)).toBeNull();
    const granted = site.putGrant(makeGrant("jti-2", { ...forNextRelease, previous: "jti-1" }));
    await vi.waitFor(async () => expect(await readAlarm(name)).not.toBeNull());
    expect((await inSite(name, ({ sql }) => sql.exec("SELECT next_at FROM schedules").one())).next_at).toBe(
      await readAlarm(name),
    );
    await granted;
  });

  it("is taken away with the last schedule", async () => {
    const { name, site } = await makeSite();
    await site.install(makeInstall("a", { schedules: [{ cron: "0 0 1 1 *" }] }), BY);
    expect(await readAlarm(name)).not.toBeNull();
    await site.install(makeInstall("c"), BY);
    expect(await readAlarm(name)).toBeNull();
  });

  it("works off what is due, and is done with a plugin that has no grant any more", async () => {
    const { name, site, makeDelivery } = await makeSiteToDeliver();
    await site.enqueue([makeDelivery("d1"), makeDelivery("d2")]);
    await vi.waitFor(async () =>
      expect(await readRows(name)).toMatchObject([
        { id: "d1", state: "done", error: "GRANT_REVOKED", attempt: 1 },
        { id: "d2", state: "done", error: "GRANT_REVOKED", attempt: 1 },
      ]),
    );
    expect(await readAlarm(name)).toBeNull();
  });

  it("tries a failed delivery again later, and keeps the code of what went wrong", async () => {
    const { name, site } = await makeGrantedSite();
    const makeDelivery = await deliveriesTo(site);
    const startedAtMs = Date.now();
    await site.enqueue([makeDelivery("d1")]);
    await vi.waitFor(async () =>
      expect(await readRows(name)).toMatchObject([{ state: "pending", error: "GRANT_INVALID", attempt: 1 }]),
    );
    const [row] = await readRows(name);
    expect(row?.next_at).toBeGreaterThanOrEqual(startedAtMs + FIRST_RETRY_DELAY_MS);
    expect(await readAlarm(name)).toBe(row?.next_at);
  });

  it("rings again until everything that is due is done, a few at a time", async () => {
    const { name, site, makeDelivery } = await makeSiteToDeliver();
    const count = 5 * MAX_IN_FLIGHT;
    await site.enqueue(Array.from({ length: count }, (_, index) => makeDelivery(`d${index}`)));
    await vi.waitFor(async () => {
      expect((await readRows(name)).filter(({ state }) => state === "done")).toHaveLength(count);
    });
  });

  it("survives a delivery that cannot even be read: it fails alone", async () => {
    const { name, site } = await makeGrantedSite();
    await site.install(makeInstall("e", { id: "another-one" }), BY);
    const [makeDelivery, makeAnother] = [await deliveriesTo(site), await deliveriesTo(site, "another-one")];
    await site.enqueue([makeDelivery("bad", { event: "{" }), makeAnother("good")]);
    await vi.waitFor(async () =>
      expect(await readRows(name)).toMatchObject([
        { id: "bad", state: "pending", error: "UNAVAILABLE", attempt: 1 },
        { id: "good", state: "done" },
      ]),
    );
  });

  it("finds its deliveries after a restart", async () => {
    const { name, site, makeDelivery } = await makeSiteToDeliver();
    await site.enqueue([makeDelivery("d1", { dueInMs: 400 })]);
    await evictDurableObject(env.SITE_STATE.getByName(name));
    await vi.waitFor(
      async () => expect(await readRows(name)).toMatchObject([{ id: "d1", state: "done" }]),
      5_000,
    );
  });

  it("does nothing, and writes nothing, for a site that was never made", async () => {
    const name = makeName("never");
    await runInDurableObject(env.SITE_STATE.getByName(name), (object) => (object as SiteState).alarm());
    expect(await inSite(name, dumpStorage)).toBe("[]");
    expect(await readAlarm(name)).toBeNull();
  });
});

describe.concurrent("SiteState, enqueue", () => {
  it("answers when the rows are there, and takes a repeat for what it is", async () => {
    const { name, site, makeDelivery } = await makeSiteToDeliver();
    const delivery = makeDelivery("d1", { dueInMs: 60_000 });
    await Promise.all([site.enqueue([delivery]), site.enqueue([delivery]), site.enqueue([delivery])]);
    expect(await readRows(name)).toHaveLength(1);
  });

  it("leaves out what is for another install than the present one, or for none", async () => {
    const { name, site, makeDelivery } = await makeSiteToDeliver();
    await site.uninstall("seo-check", BY);
    const later = { dueInMs: 60_000 };
    expect(await site.enqueue([makeDelivery("d1", later)])).toEqual({ queued: 0 });
    await site.install(makeInstall(), BY);
    const makeNew = await deliveriesTo(site);
    const both = [makeDelivery("d1", later), makeNew("d2", later), makeNew("d3", { plugin: "nobody" })];
    expect(await site.enqueue(both)).toEqual({ queued: 1 });
    expect(await readRows(name)).toMatchObject([{ id: "d2", state: "pending" }]);
  });

  it("writes all rows of a call or none", async () => {
    const { name, site, makeDelivery } = await makeSiteToDeliver();
    const broken = { ...makeDelivery("d2"), event: null } as unknown as NewDelivery;
    expect(await failureOf(site.enqueue([makeDelivery("d1"), broken]))).toMatchObject({
      message: expect.stringContaining("NOT NULL"),
    });
    expect(await readRows(name)).toEqual([]);
  });
});
