import { describe, expect, it } from "vitest";
import { openAdmin, refusalOf } from "../site.ts";
import { dumpStorage, inSite, makeName } from "./fixture.ts";

const plugin = "seo-check";

describe("a site that was never made", () => {
  it.each(["listPlugins", "getPolicy", "listGrants", "grant"] as const)(
    "is NOT_FOUND to %s of a session, which writes nothing",
    async (method) => {
      const site = makeName("never");
      const admin = openAdmin();
      const call = () => (method === "grant" ? admin.grant({ site, plugin }) : admin[method]({ site }));
      expect(await refusalOf(call)).toMatchObject({ code: "NOT_FOUND", message: "no such site" });
      expect(await inSite(site, dumpStorage)).toBe("[]");
    },
  );
});
