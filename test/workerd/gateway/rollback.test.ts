import { afterAll, describe, expect, it } from "vitest";
import { STATE_KEPT_MS } from "../../../contracts/limits.ts";
import { type FixturePlugin, openAdmin, refusalOf } from "../site.ts";
import { readLiveGrant } from "./live-grant.ts";
import { emptyPool, KEYS_ONLY, keeper, keptBoth, MOVE_ALL, makeKeeping } from "./versions.ts";

/** Live in 2.0.0 after 1.0.0, which has kept `one`. */
async function makeMoved(changes: Partial<FixturePlugin> = KEYS_ONLY) {
  const made = await makeKeeping(changes);
  const first = await readLiveGrant(made.site, made.plugin);
  await made.hold("2.0.0", MOVE_ALL);
  await made.goLive();
  return { ...made, first };
}

afterAll(emptyPool);

describe.concurrent("rollback", { timeout: 90_000 }, () => {
  it("finds the version before with all that it kept, and goes back again to all that was kept since", async () => {
    const { keep, rollback, state, live } = await makeMoved({});
    expect(await keep("two")).toBe("2.0.0");
    expect(await rollback()).toMatchObject({ from: "2.0.0", to: "1.0.0" });
    expect(await live()).toEqual({ version: "1.0.0", status: "live" });
    expect(await keep("three")).toBe("1.0.0");
    expect(await state(1)).toEqual(keptBoth("one", "three"));
    expect(await rollback()).toMatchObject({ from: "1.0.0", to: "2.0.0" });
    expect(await keep("four")).toBe("2.0.0");
    expect(await state(2)).toEqual(keptBoth("one", "two", "four"));
    expect(await state(1)).toEqual(keptBoth("one", "three"));
  });

  it("continues the grant that the version had: the same authority, consent and end", async () => {
    const { rollback, first, site, plugin, admin, at } = await makeMoved();
    const second = await readLiveGrant(site, plugin);
    const { jti } = await admin.rollback({ ...at, reason: "too eager" });
    const { claims } = await readLiveGrant(site, plugin);
    const { exp, gby, cns, scope, authorization_details, bnd } = first.claims;
    expect(claims).toMatchObject({
      jti,
      exp,
      gby,
      cns,
      scope,
      authorization_details,
      bnd,
      prv: first.claims.jti,
    });
    const { entries } = await admin.audit({ ...at, kind: "consent" });
    expect(entries.at(-1)).toMatchObject({
      action: "rollback",
      actor: "operator:test",
      jti,
      reason: "too eager",
      detail: { from: "2.0.0", to: "1.0.0", previous: second.claims.jti },
    });
    await rollback("2.0.0");
    expect((await readLiveGrant(site, plugin)).claims).toMatchObject({
      prv: second.claims.jti,
      exp: second.claims.exp,
    });
  });

  it("drops what was held, and goes up again with all that was kept meanwhile", async () => {
    const { hold, goLive, keep, rollback, state, site } = await makeMoved({});
    await hold("2.1.0", MOVE_ALL);
    await rollback();
    expect((await site.state.read()).plugins).toMatchObject([{ version: "1.0.0", update: null }]);
    await keep("two");
    await hold("2.1.0", MOVE_ALL);
    await goLive();
    expect(await keep("three")).toBe("2.1.0");
    expect(await state(2)).toEqual(keptBoth("one", "two", "three"));
  });

  it("is a way out of a version that was withdrawn", async () => {
    const { rollback, plugin, live, keep } = await makeMoved();
    await openAdmin().yank({ plugin, version: "2.0.0", reason: "it leaks" });
    expect(await live()).toEqual({ version: "2.0.0", status: "yanked" });
    await rollback();
    expect([await live(), await keep("two")]).toEqual([{ version: "1.0.0", status: "live" }, "1.0.0"]);
    expect(await refusalOf(() => rollback())).toMatchObject({ code: "CONFLICT" });
  });

  it("never enables what is disabled", async () => {
    const { rollback, admin, at, live } = await makeMoved();
    await admin.disable(at);
    await rollback();
    expect(await live()).toEqual({ version: "1.0.0", status: "disabled" });
  });

  it("goes back within a major as well, to the same state", async () => {
    const { hold, goLive, keep, rollback, state } = await makeKeeping();
    await hold("1.1.0");
    await goLive();
    expect(await keep("two")).toBe("1.1.0");
    await rollback();
    expect(await keep("three")).toBe("1.0.0");
    expect(await state(1)).toEqual(keptBoth("one", "two", "three"));
  });
});

describe.concurrent("rollback is refused", { timeout: 90_000 }, () => {
  it("where no other version was live", async () => {
    const { rollback, hold } = await makeKeeping(KEYS_ONLY);
    await hold("2.0.0");
    expect(await refusalOf(() => rollback())).toMatchObject({ code: "NOT_FOUND" });
  });

  it("where another version was shown", async () => {
    const { rollback, live } = await makeMoved();
    expect(await refusalOf(() => rollback("1.2.3"))).toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("1.0.0"),
    });
    expect(await live()).toMatchObject({ version: "2.0.0" });
  });

  it("where the version was withdrawn", async () => {
    const { rollback, plugin, live } = await makeMoved();
    await openAdmin().yank({ plugin, version: "1.0.0", reason: "it leaks" });
    expect(await refusalOf(() => rollback())).toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("withdrawn"),
    });
    expect(await live()).toEqual({ version: "2.0.0", status: "live" });
  });

  it("where its grant has ended", async () => {
    const { hold, site, at, rollback } = await makeKeeping({ ...KEYS_ONLY, grant: { expiresInSeconds: 2 } });
    await hold("1.1.0");
    await site.admin.grant(at);
    await scheduler.wait(2_100);
    expect(await refusalOf(() => rollback())).toMatchObject({ code: "GRANT_EXPIRED" });
  });

  it.each([
    ["whole", undefined],
    ["in part", ["write:kv"]],
  ] as const)(
    "where a grant was taken back since, %s: no authority comes again that way",
    async (_what, scopes) => {
      const { rollback, admin, at } = await makeMoved();
      await admin.revoke({ ...at, ...(scopes && { scopes: [...scopes] }) });
      expect(await refusalOf(() => rollback())).toMatchObject({
        code: "GRANT_REVOKED",
        message: expect.stringContaining("emgate update"),
      });
    },
  );

  it.each([
    ["a scope less", { scopes: ["hook:beforePublish", "read:kv"], only: true }, "GRANT_REVOKED"],
    ["a caveat more", { caveats: { "write:kv": { keyPrefix: "slug/" } } }, "GRANT_REVOKED"],
    ["the same again", {}, "goes back"],
  ] as const)(
    "where it was granted anew since with less, and not otherwise: %s",
    async (_what, terms, expected) => {
      const { rollback, admin, at } = await makeMoved();
      await admin.grant({ ...at, ...terms });
      const answer = rollback().then(
        () => "goes back",
        ({ code }) => code,
      );
      expect(await answer).toBe(expected);
    },
  );

  it("where its key was retired", async () => {
    const { hold, rollback, goLive, site } = await makeKeeping(KEYS_ONLY);
    await hold("1.1.0");
    await goLive();
    // A key that there is not: to retire this one would end the grants of every other test.
    const { kid, typ } = { kid: "no-such-key", typ: "emgate-grant+jwt" };
    const head = btoa(JSON.stringify({ alg: "Ed25519", kid, typ })).replace(/=+$/, "");
    await site.writeState(
      "UPDATE grants SET token = ? || substr(token, instr(token, '.')) WHERE live = 0",
      head,
    );
    expect(await refusalOf(() => rollback())).toMatchObject({ code: "GRANT_INVALID" });
  });

  it("where what it kept is gone, after a week", async () => {
    const { rollback, site, live } = await makeMoved();
    const weekMs = STATE_KEPT_MS;
    await site.writeState("UPDATE live_releases SET left_at = left_at - ? WHERE place = 'before'", weekMs);
    expect(await refusalOf(() => rollback())).toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("7 days"),
    });
    expect(await live()).toMatchObject({ version: "2.0.0" });
  });

  it("where its database was given away before, and nobody gets another one for it", async () => {
    const { rollback, site, plugin } = await makeMoved({});
    await site.writeState("DELETE FROM databases WHERE major = 1");
    expect(await refusalOf(() => rollback())).toMatchObject({ code: "CONFLICT" });
    expect((await site.state.history(plugin)).databases).toMatchObject([{ major: 2 }]);
  });

  it("to who may only look, and to an admin of another site", async () => {
    const { at, site } = await makeMoved();
    const viewer = openAdmin("viewer", site.id);
    expect(await viewer.describeRollback(at)).toMatchObject({ from: "2.0.0", to: "1.0.0" });
    expect(await refusalOf(() => viewer.rollback(at))).toMatchObject({ code: "PERMISSION_DENIED" });
    const stranger = openAdmin("admin", "elsewhere");
    expect(await refusalOf(() => stranger.rollback(at))).toMatchObject({ code: "PERMISSION_DENIED" });
  });
});

it("has nothing to go back to once the plugin was installed again", { timeout: 60_000 }, async () => {
  const { rollback, admin, at, site, plugin } = await makeMoved();
  await admin.uninstall(at);
  await site.add(keeper(plugin, "3.0.0"));
  expect(await refusalOf(() => rollback())).toMatchObject({ code: "NOT_FOUND" });
});
