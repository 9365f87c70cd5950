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

const scopesOf = (changes: readonly { readonly scope: string }[]) => changes.map(({ scope }) => scope);

describe("prepareConsent, what is shown", () => {
  it("is every scope with its risk, its sentence, the author's reason and whether it is optional", async () => {
    const { consent } = await prepare({});
    expect(consent).toMatchObject({ plugin: "seo-check", name: "SEO check", version: "1.2.3", from: null });
    expect(consent.lines.map(({ scope, risk, optional }) => [scope, risk, optional])).toEqual([
      ["hook:beforePublish", "high", false],
      ["read:pages", "low", false],
      ["write:kv", "low", true],
    ]);
    expect(consent.lines[1]).toMatchObject({
      text: "This plugin can read published pages in pages, posts, and the page being published.",
      reason: "Reads the page that it checks.",
      because: [],
    });
  });

  it("raises the risk of what is worse together, and says why; not where it is left out", async () => {
    const asked = [...ASKED, { scope: "transform:html", reason: "Marks pages." }];
    const together = await prepare({}, undefined, asked);
    expect(together.consent.lines.find(({ scope }) => scope === "transform:html")).toMatchObject({
      risk: "high",
      because: [expect.stringContaining("hook:beforePublish")],
    });
    const alone = await prepare({ scopes: ["transform:html"] }, undefined, asked);
    expect(alone.consent.lines).toMatchObject([{ risk: "medium", because: [] }]);
  });

  it("has the difference to the grant in force", async () => {
    const inForce: Authority = new Map([
      ["hook:beforePublish", {}],
      ["read:pages", { collections: ["posts"] }],
      ["read:kv", {}],
    ]);
    const { difference } = (await prepare({}, inForce)).consent;
    expect(scopesOf(difference.added)).toEqual(["write:kv"]);
    expect(scopesOf(difference.removed)).toEqual(["read:kv"]);
    expect(scopesOf(difference.widened)).toEqual(["read:pages"]);
    expect(difference.narrowed).toEqual([]);
  });

  it("counts a grant whose signature does not hold as nothing", async () => {
    const other = await makeKey();
    const grant = await grantOf(new Map([["write:kv", {}]]), other);
    const target = consentTargetOf(makeInstall({ grant }), "installed");
    const { consent } = await prepareConsent(SITE, target, { keys: [key.shown] }, {});
    expect(scopesOf(consent.difference.added)).toContain("write:kv");
  });

  it("shows a held update under its own name, against the grant of what runs", async () => {
    const grant = await grantOf(new Map([["write:kv", {}]]), key);
    const update = makeUpdate([...ASKED, { scope: "read:kv", reason: "Reads its checks." }]);
    const target = consentTargetOf(makeInstall({ grant, update }), "newest");
    const { consent } = await prepareConsent(
      SITE,
      target,
      { keys: [key.shown] },
      {
        scopes: ["read:kv"],
      },
    );
    expect(consent).toMatchObject({ name: "SEO check, new", version: "1.3.0", from: "1.2.3" });
    expect(scopesOf(consent.difference.added)).toEqual(["read:kv"]);
    expect(scopesOf(consent.lines)).toEqual(["read:kv", "write:kv"]);
  });

  it("names what is declared and left out or narrowed", async () => {
    expect((await prepare({})).consent.withheld).toEqual([]);
    const { consent } = await prepare({
      scopes: ["read:pages", "hook:beforePublish"],
      caveats: { "read:pages": { collections: ["posts"] } },
    });
    expect(consent.withheld).toEqual(["read:pages", "write:kv"]);
  });
});

describe("prepareConsent, the digest", () => {
  it("is the same for the same showing, however its caveats are spelled", async () => {
    const one = await prepare({ caveats: { "read:pages": { collections: ["posts", "pages"] } } });
    const other = await prepare({ caveats: { "read:pages": { collections: ["pages", "posts", "pages"] } } });
    expect(one.consent.digest).toBe(other.consent.digest);
  });

  it("changes with anything that is shown or bound", async () => {
    const target = consentTargetOf(makeInstall(), "installed");
    const digestOf = async (changed: object, site = SITE, terms: GrantTerms = {}) =>
      (await prepareConsent(site, { ...target, ...changed }, { keys: [key.shown] }, terms)).consent.digest;
    const [hook, ...others] = ASKED;
    const digests = await Promise.all([
      digestOf({}),
      digestOf({}, "other-site"),
      digestOf({}, SITE, { scopes: ["read:pages"] }),
      digestOf({}, SITE, { caveats: { "write:kv": { maxBytes: 10 } } }),
      digestOf({ from: "1.0.0" }),
      digestOf({ version: "1.2.4" }),
      digestOf({ code: "f".repeat(64) }),
      digestOf({ manifestDigest: "f".repeat(64) }),
      digestOf({ grant: await grantOf(new Map([["write:kv", {}]]), key) }),
      digestOf({ manifest: makeManifest([{ ...hook, reason: "Another reason." }, ...others]) }),
      digestOf({ manifest: makeManifest([{ ...hook, optional: true }, ...others]) }),
      digestOf({ manifest: makeManifest(ASKED, { name: "Another name" }) }),
    ]);
    expect(new Set(digests).size).toBe(digests.length);
  });
});
