import { describe, expect, it } from "vitest";
import { makeSite, refusalOf } from "../site.ts";
import { readLiveGrant } from "./live-grant.ts";

async function makeGranted() {
  const site = await makeSite({ code: "async beforePublish() { return true; }" });
  const at = { site: site.id, plugin: "probe" };
  return { site, at, admin: site.admin, jti: (await readLiveGrant(site)).claims.jti };
}

// Changes of a grant are acknowledged after two seconds each.
describe.concurrent("a renewal", { timeout: 15_000 }, () => {
  it("signs the grant that was shown", async () => {
    const { site, at, admin, jti } = await makeGranted();
    const renewed = await admin.renew({ ...at, jti });
    expect(renewed).toMatchObject({ continues: jti, status: "live" });
    expect((await readLiveGrant(site)).claims.jti).toBe(renewed.jti);
  });

  it("is refused when another grant than the one that was shown is live now", async () => {
    const { site, at, admin, jti: shown } = await makeGranted();
    const { jti } = await admin.grant(at);
    expect(await refusalOf(() => admin.renew({ ...at, jti: shown }))).toMatchObject({ code: "CONFLICT" });
    expect((await readLiveGrant(site)).claims.jti).toBe(jti);
  });

  it("takes the grant that is live where none is named", async () => {
    const { at, admin } = await makeGranted();
    const { jti } = await admin.grant(at);
    expect(await admin.renew(at)).toMatchObject({ continues: jti });
  });
});
