import { beforeAll, describe, expect, it } from "vitest";
import type { Authority } from "../../../contracts/grant.ts";
import { consentTargetOf, type GrantTerms, prepareConsent } from "../../../services/registry/index.ts";
import { makeKey, type TestKey } from "../grants/fixture.ts";
import { ASKED, grantOf, makeInstall, makeManifest, makeUpdate, SITE } from "./fixture.ts";

let key: TestKey;

beforeAll(async () => {
  key = await makeKey();
});

/** A consent to `terms` of the installed plugin, under a grant where one is given. */
async function prepare(terms: GrantTerms, inForce?: Authority, scopes: readonly unknown[] = ASKED) {
  const grant = inForce === undefined ? null : await grantOf(inForce, key);
  const target = consentTargetOf(makeInstall({ grant, manifest: makeManifest(scopes) }), "installed");
  return prepareConsent(SITE, target, { keys: [key.shown] }, terms);
}

describe("consentTargetOf", () => {
  it("is the installed version, which comes from no other", () => {
    const target = consentTargetOf(makeInstall({ update: makeUpdate(ASKED) }), "installed");
    expect(target).toMatchObject({ plugin: "seo-check", version: "1.2.3", from: null });
  });

  it("is the held update with its own code and manifest, and says what runs now", () => {
    const update = makeUpdate(ASKED);
    const target = consentTargetOf(makeInstall({ update }), "newest");
    const { version, code, manifestDigest, manifest } = update;
    expect(target).toEqual({
      plugin: "seo-check",
      version,
      code,
      manifestDigest,
      manifest,
      from: "1.2.3",
      grant: null,
    });
  });

  it("is the installed version again where no update waits", () => {
    expect(consentTargetOf(makeInstall(), "newest")).toEqual(consentTargetOf(makeInstall(), "installed"));
  });
});

describe("prepareConsent, what is granted", () => {
  it("is everything that the manifest asks, in canonical form", async () => {
    const { authority, previous } = await prepare({});
    expect([...authority]).toEqual([
      ["hook:beforePublish", {}],
      ["read:pages", { collections: ["pages", "posts"] }],
      ["write:kv", {}],
    ]);
    expect(previous).toBeNull();
  });

  it("is narrowed to what the admin leaves in, within what the manifest asks", async () => {
    const caveats = { "read:pages": { collections: ["posts", "secrets"], fields: ["title"] } };
    const { authority } = await prepare({ scopes: ["read:pages"], caveats });
    expect([...authority]).toEqual([["read:pages", { collections: ["posts"], fields: ["title"] }]]);
  });

  it("comes on top of the grant in force, with its caveats", async () => {
    const inForce: Authority = new Map([["read:pages", { collections: ["posts"] }]]);
    const { authority, previous } = await prepare({ scopes: ["write:kv"] }, inForce);
    expect([...authority]).toEqual([
      ["read:pages", { collections: ["posts"] }],
      ["write:kv", {}],
    ]);
    expect(previous).toBe("jti-0123456789abcdef");
  });

  it("takes a scope in force that is named again as widely as it is declared", async () => {
    const inForce: Authority = new Map([["read:pages", { collections: ["posts"] }]]);
    const { authority } = await prepare({ scopes: ["read:pages"] }, inForce);
    expect(authority.get("read:pages")).toEqual({ collections: ["pages", "posts"] });
  });

  it("is exactly what is named with `only`", async () => {
    const { authority } = await prepare({ scopes: ["write:kv"], only: true }, new Map([["read:pages", {}]]));
    expect([...authority.keys()]).toEqual(["write:kv"]);
  });

  it("drops of the grant in force what this version no longer asks", async () => {
    const inForce: Authority = new Map([
      ["read:kv", {}],
      ["read:pages", { collections: ["news", "posts"] }],
    ]);
    const { authority } = await prepare({ scopes: ["write:kv"] }, inForce);
    expect([...authority]).toEqual([
      ["read:pages", { collections: ["posts"] }],
      ["write:kv", {}],
    ]);
  });

  it.each([
    ["a scope that is not asked for", { scopes: ["read:kv"] }, "seo-check 1.2.3 does not ask for read:kv"],
    [
      "a caveat on a scope that does not take it",
      { caveats: { "write:kv": { collections: ["posts"] } } },
      "write:kv takes keyPrefix, maxBytes",
    ],
    [
      "caveats that leave nothing",
      { caveats: { "read:pages": { collections: ["secrets"] } } },
      "nothing is left of read:pages",
    ],
    [
      "a caveat on a scope that is left out",
      { scopes: ["write:kv"], caveats: { "read:pages": {} } },
      "read:pages is not being granted",
    ],
  ])("refuses %s", async (_what, terms, message) => {
    const wrong = terms as GrantTerms; // wrong on purpose
    await expect(prepare(wrong)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      message: expect.stringContaining(message),
    });
  });

  it("refuses to grant a plugin that asks for nothing", async () => {
    await expect(prepare({}, undefined, [])).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });
});
