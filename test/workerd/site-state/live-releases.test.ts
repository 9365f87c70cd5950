import { describe, expect, it } from "vitest";
import { STATE_KEPT_MS } from "../../../contracts/limits.ts";
import {
  BY,
  failureOf,
  forNextRelease,
  inSite,
  makeGrant,
  makeGrantedSite,
  makeInstall,
  nextRelease,
  type Site,
} from "./fixture.ts";

const plugin = "seo-check";
const back = makeGrant("jti-3", { action: "rollback", previous: "jti-2" });

/** A site where 1.1.0 went live after 1.0.0. */
async function makeUpdated() {
  const { name, site } = await makeGrantedSite();
  await site.install(nextRelease, BY);
  await site.putGrant(makeGrant("jti-2", { ...forNextRelease, previous: "jti-1" }));
  return { name, site };
}

const versionsOf = async (site: Site) => {
  const { current, before } = await site.history(plugin);
  return [current?.version, before?.version];
};
const tokensOf = async (site: Site) => {
  const { current, before } = await site.history(plugin);
  return [current?.token, before?.token];
};

describe.concurrent("what was live", { timeout: 30_000 }, () => {
  it("is the version that was granted last, and the one before it, each with its last grant", async () => {
    const { site } = await makeGrantedSite();
    expect([await versionsOf(site), await tokensOf(site)]).toEqual([
      ["1.0.0", undefined],
      ["token-of-jti-1", undefined],
    ]);
    await site.putGrant(makeGrant("jti-r", { action: "renew", previous: "jti-1" }));
    await site.install(nextRelease, BY);
    expect(await versionsOf(site)).toEqual(["1.0.0", undefined]);
    await site.putGrant(makeGrant("jti-2", { ...forNextRelease, previous: "jti-r" }));
    expect([await versionsOf(site), await tokensOf(site)]).toEqual([
      ["1.1.0", "1.0.0"],
      ["token-of-jti-2", "token-of-jti-r"],
    ]);
  });

  it("changes places when it is gone back to", async () => {
    const { site } = await makeUpdated();
    await site.putGrant(back);
    expect(await versionsOf(site)).toEqual(["1.0.0", "1.1.0"]);
    expect((await site.read()).plugins).toMatchObject([{ version: "1.0.0", grant: { jti: "jti-3" } }]);
  });

  it("is gone back to by a rollback alone, and by one for that version alone", async () => {
    const { site } = await makeUpdated();
    for (const grant of [
      { ...back, action: "grant" },
      { ...back, manifestDigest: "e".repeat(64) },
      { ...back, previous: "jti-1" },
    ] as const) {
      expect(await failureOf(site.putGrant(grant))).toMatchObject({ code: "CONFLICT" });
    }
    expect(await versionsOf(site)).toEqual(["1.1.0", "1.0.0"]);
  });

  it("is not gone back to in another major once what it kept may be gone, whoever asked before", async () => {
    const { name, site } = await makeGrantedSite();
    const next = makeInstall("c", { version: "2.0.0" });
    await site.install(next, BY);
    const { freeze } = await site.freeze(plugin, "2.0.0", BY);
    await site.putGrant(
      makeGrant("jti-2", { ...forNextRelease, code: next.code, previous: "jti-1", freeze }),
    );
    const age = "UPDATE live_releases SET left_at = left_at - ? WHERE place = 'before'";
    await inSite(name, ({ sql }) => void sql.exec(age, STATE_KEPT_MS));
    expect(await failureOf(site.putGrant(back))).toMatchObject({ code: "CONFLICT" });
    expect(await versionsOf(site)).toEqual(["2.0.0", "1.0.0"]);
  });

  it("loses its grants with a revoke, and the one before its own with a narrowing", async () => {
    const [{ site: revoked }, { site: narrowed }] = await Promise.all([makeUpdated(), makeUpdated()]);
    await revoked.revoke(plugin, BY);
    expect([await versionsOf(revoked), await tokensOf(revoked)]).toEqual([
      ["1.1.0", "1.0.0"],
      [null, null],
    ]);
    const { code } = nextRelease;
    await narrowed.putGrant(
      makeGrant("jti-n", { code, action: "narrow", takesBack: true, previous: "jti-2" }),
    );
    expect(await tokensOf(narrowed)).toEqual(["token-of-jti-n", null]);
  });

  it("is forgotten with the install", async () => {
    const { site } = await makeUpdated();
    await site.uninstall(plugin, BY);
    await site.install(makeInstall(), BY);
    expect(await versionsOf(site)).toEqual([undefined, undefined]);
  });
});
