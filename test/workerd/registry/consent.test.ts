import { describe, expect, it } from "vitest";
import { makeSite, type TestSite } from "../site.ts";

const asked = [
  "hook:beforePublish",
  { scope: "read:pages", caveats: { collections: ["posts", "pages"] } },
  "write:kv",
] as const;

async function siteWithoutConsent(): Promise<{ site: TestSite; target: { site: string; plugin: string } }> {
  const site = await makeSite({ code: "beforePublish() { return true }", scopes: asked, grant: false });
  return { site, target: { site: site.id, plugin: "probe" } };
}

describe("consent", () => {
  it("shows every scope with its risk, its sentence and the author's reason", async () => {
    const { site, target } = await siteWithoutConsent();
    const { lines, difference } = await site.admin.describeConsent(target);
    expect(lines.map(({ scope, risk }) => `${scope} ${risk}`)).toEqual([
      "hook:beforePublish high",
      "read:pages low",
      "write:kv low",
    ]);
    expect(lines[1]?.text).toBe(
      "This plugin can read published pages in posts, pages, and the page being published.",
    );
    expect(difference).toEqual({ added: lines.map(({ scope }) => scope), removed: [], changed: [] });
  });

  it("signs what was shown and nothing else", async () => {
    const { site, target } = await siteWithoutConsent();
    const { digest } = await site.admin.describeConsent(target);
    const narrower = { ...target, scopes: ["write:kv" as const], consent: digest };
    await expect(site.admin.grant(narrower)).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await site.admin.grant({ ...target, consent: digest })).toMatchObject({ status: "live" });
    // The same again would replace a grant, which the first showing did not say.
    await expect(site.admin.grant({ ...target, consent: digest })).rejects.toMatchObject({
      code: "CONFLICT",
    });
  });

  it("narrows to what the admin leaves in, within what the manifest asks", async () => {
    const { site, target } = await siteWithoutConsent();
    const caveats = { "read:pages": { collections: ["posts", "secrets"] } };
    const granted = await site.admin.grant({ ...target, scopes: ["read:pages"], caveats });
    expect(granted.authorization).toEqual([{ scope: "read:pages", caveats: { collections: ["posts"] } }]);
  });

  it("adds to what is granted, or replaces it with exactly this", async () => {
    const { site, target } = await siteWithoutConsent();
    await site.admin.grant({ ...target, scopes: ["write:kv"] });
    const more = await site.admin.grant({ ...target, scopes: ["read:pages"] });
    expect(more.scope).toBe("read:pages write:kv");
    const { difference } = await site.admin.describeConsent({
      ...target,
      scopes: ["read:pages"],
      only: true,
    });
    expect(difference).toEqual({ added: [], removed: ["write:kv"], changed: [] });
    const only = await site.admin.grant({ ...target, scopes: ["read:pages"], only: true });
    expect(only.scope).toBe("read:pages");
  });

  it.each([
    ["a scope that is not asked for", { scopes: ["read:kv"] }],
    ["a caveat on a scope that takes none", { caveats: { "write:kv": { collections: ["posts"] } } }],
    ["a caveat that leaves nothing", { caveats: { "read:pages": { collections: ["secrets"] } } }],
    ["a caveat on a scope that is left out", { scopes: ["write:kv"], caveats: { "read:pages": {} } }],
  ])("refuses %s", async (_what, terms) => {
    const { site, target } = await siteWithoutConsent();
    const args = { ...target, ...terms } as Parameters<typeof site.admin.grant>[0]; // wrong on purpose
    await expect(site.admin.grant(args)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });
});
