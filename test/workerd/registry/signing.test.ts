import { describe, expect, it } from "vitest";
import { makeSite, refusalOf } from "../site.ts";

const scopes = ["hook:beforePublish", "read:pages", "write:kv"] as const;

describe("a grant that an admin was shown", () => {
  it("is signed as it was shown, and nothing else under its digest", async () => {
    const site = await makeSite({ code: "beforePublish() { return true }", scopes, grant: false });
    const target = { site: site.id, plugin: "probe" };
    const { digest } = await site.admin.describeConsent(target);
    const narrower = { ...target, scopes: ["write:kv" as const], consent: digest };
    expect(await refusalOf(() => site.admin.grant(narrower))).toMatchObject({ code: "CONFLICT" });
    const granted = await site.admin.grant({ ...target, consent: digest });
    expect(granted).toMatchObject({ status: "live", scope: scopes.join(" ") });
    // The same again would replace a grant, which the first showing did not say.
    expect(await refusalOf(() => site.admin.grant({ ...target, consent: digest }))).toMatchObject({
      code: "CONFLICT",
    });
  });
});
