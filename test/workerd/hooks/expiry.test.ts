import { beforeAll, describe, expect, it } from "vitest";
import { readLiveGrant } from "../gateway/live-grant.ts";
import { events, type FixturePlugin, makeSite, type TestSite } from "../site.ts";

const DAY_SECONDS = 86_400;
const plugin = "probe";
const gate: FixturePlugin = {
  code: "async beforePublish() { return true; }",
  scopes: ["hook:beforePublish", "read:pages", "read:kv"],
};

describe("a gate whose grant has ended", () => {
  it("refuses with GRANT_EXPIRED until the same is signed again", async () => {
    const narrowed: FixturePlugin["grant"] = {
      scopes: ["hook:beforePublish", "read:pages"],
      only: true,
      caveats: { "read:pages": { collections: ["posts"] } },
      expiresInSeconds: 1,
    };
    const site = await makeSite({ ...gate, grant: narrowed });
    const at = { site: site.id, plugin };
    const { claims: ended } = await readLiveGrant(site);
    await scheduler.wait(ended.exp * 1000 - Date.now() + 1);

    const outcome = await site.hooks.beforePublish(events.beforePublish);
    expect(outcome).toMatchObject({ allow: false, refusedBy: [plugin] });
    expect(outcome.trace.plugins).toMatchObject([
      { plugin, outcome: "denied", calls: [], error: { code: "GRANT_EXPIRED" } },
    ]);
    expect(outcome.issues).toContainEqual({
      severity: "warning",
      message: "the grant of probe has ended; an admin can renew it",
      plugin,
    });
    expect(await site.admin.listPlugins({ site: site.id })).toMatchObject([
      { status: "expired", expiresInDays: 0 },
    ]);
    expect(await site.admin.listGrants({ site: site.id })).toMatchObject([{ status: "expired" }]);

    expect(await site.admin.renew(at)).toMatchObject({
      continues: ended.jti,
      status: "live",
      scope: ended.scope,
    });
    const { claims: renewed } = await readLiveGrant(site);
    expect(renewed).toMatchObject({
      authorization_details: ended.authorization_details,
      bnd: ended.bnd,
      prv: ended.jti,
      exp: renewed.iat + 90 * DAY_SECONDS,
    });
    const { allow, issues } = await site.hooks.beforePublish(events.beforePublish);
    expect({ allow, issues }).toEqual({ allow: true, issues: [] });
  });
});

describe("a publication warns of a grant that ends soon", () => {
  let site: TestSite;

  beforeAll(async () => {
    site = await makeSite(gate);
  });

  /** The warnings on the day that has so many seconds left of a grant for so many. */
  async function warningsAt(lifetimeSeconds: number, leftSeconds: number) {
    const expires = Math.floor(Date.now() / 1000) + leftSeconds;
    await site.writeState(
      "UPDATE grants SET issued_at_seconds = ?, expires_at_seconds = ? WHERE live = 1",
      expires - lifetimeSeconds,
      expires,
    );
    const { allow, issues } = await site.hooks.beforePublish(events.beforePublish);
    expect(allow).toBe(true);
    return issues;
  }

  // Half a minute more, which the test may take.
  const MORE = 30;
  it.each([
    [14 * DAY_SECONDS - MORE, "in 13 days"],
    [10 * DAY_SECONDS + MORE, "in 10 days"],
    [2 * DAY_SECONDS + MORE, "in 2 days"],
    [DAY_SECONDS + MORE, "in 1 day"],
    [3_600, "within a day"],
  ])("%i seconds before its end, of ninety days: %s", async (leftSeconds, when) => {
    expect(await warningsAt(90 * DAY_SECONDS, leftSeconds)).toEqual([
      { severity: "warning", message: `the grant of probe ends ${when}; an admin can renew it`, plugin },
    ]);
  });

  it.each([
    ["of ninety days with more than two weeks left", 90 * DAY_SECONDS, 14 * DAY_SECONDS + MORE],
    ["for three days with more than a day left", 3 * DAY_SECONDS, DAY_SECONDS + MORE],
    ["for an hour, in its last minutes", 3_600, 300],
  ])("and of none %s", async (_what, lifetimeSeconds, leftSeconds) => {
    expect(await warningsAt(lifetimeSeconds, leftSeconds)).toEqual([]);
  });

  it("and of none of a plugin that is disabled", async () => {
    expect(await warningsAt(90 * DAY_SECONDS, DAY_SECONDS)).toHaveLength(1);
    await site.writeState("UPDATE installs SET enabled = 0");
    expect(await warningsAt(90 * DAY_SECONDS, DAY_SECONDS)).toEqual([]);
  });
});
