import { beforeAll, describe, expect, it } from "vitest";
import { sha256Hex } from "../../../contracts/digest.ts";
import { MAX_BUNDLE_BYTES } from "../../../contracts/limits.ts";
import {
  assertNotYanked,
  chooseRelease,
  findRelease,
  migrateDatabase,
  readBundle,
  registerVersion,
  registryMigrations,
} from "../../../services/registry/index.ts";
import { env, makeSite } from "../site.ts";

const ports = { db: env.DB, bundles: env.BUNDLES };
const code = "export default { beforePublish() { return true } };";
let made = 0;

beforeAll(async () => {
  await migrateDatabase(env.DB, registryMigrations);
});

function submission(changes: Record<string, unknown> = {}, text = code) {
  made += 1;
  const manifest = {
    apiVersion: 1,
    id: `registry-${made}`,
    name: "n",
    version: "1.0.0",
    scopes: [],
    ...changes,
  };
  return { manifest: JSON.stringify(manifest), code: text };
}

describe("registerVersion", () => {
  it("keeps manifest and bundle under the digests of what was submitted", async () => {
    const submitted = submission();
    const registered = await registerVersion(ports, submitted);
    expect(registered.code).toBe(await sha256Hex(submitted.code));
    expect(registered.manifest).toBe(await sha256Hex(submitted.manifest));
    expect(await readBundle(env.BUNDLES, registered.code)).toBe(submitted.code);
  });

  it("takes the same bytes again, and other bytes of the version not at all", async () => {
    const submitted = submission();
    const first = await registerVersion(ports, submitted);
    expect(await registerVersion(ports, submitted)).toEqual(first);
    const other = { ...submitted, code: `${submitted.code}\n` };
    await expect(registerVersion(ports, other)).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await findRelease(ports, first.plugin, "1.0.0")).toMatchObject({ code: first.code });
  });

  it("lets one of ten submissions of one version win", async () => {
    const { manifest } = submission();
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, (_, turn) => registerVersion(ports, { manifest, code: `${code}//${turn}` })),
    );
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const result of results) {
      if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "CONFLICT" });
    }
  });

  it.each([
    ["a manifest that is no JSON", { manifest: "{", code }, "INVALID_ARGUMENT"],
    ["an unknown key", submission({ colour: "red" }), "INVALID_ARGUMENT"],
    ["an unknown scope", submission({ scopes: [{ scope: "read:minds", reason: "r" }] }), "INVALID_ARGUMENT"],
    ["a hook without its scope", submission({ hooks: ["onSearch"] }), "INVALID_ARGUMENT"],
    ["a version that is none", submission({ version: "one" }), "INVALID_ARGUMENT"],
    ["a bundle that is too big", submission({}, "x".repeat(MAX_BUNDLE_BYTES + 1)), "PAYLOAD_TOO_LARGE"],
    ["a bundle with a lone surrogate", submission({}, "\ud800"), "INVALID_ARGUMENT"],
  ])("refuses %s", async (_what, submitted, expected) => {
    await expect(registerVersion(ports, submitted)).rejects.toMatchObject({ code: expected });
  });

  it("keeps a byte order mark, so that the bundle still has its digest and runs", async () => {
    const submitted = submission({}, `\ufeff${code}`);
    const { code: digest } = await registerVersion(ports, submitted);
    expect(await sha256Hex((await readBundle(env.BUNDLES, digest)) ?? "")).toBe(digest);
    const site = await makeSite({ code: `\ufeff${code}`, scopes: ["hook:beforePublish"] });
    const outcome = await site.hooks.beforePublish({ pageId: "p", collection: "posts", slug: "s" });
    expect(outcome).toMatchObject({ allow: true, refusedBy: [] });
  });
});

/** A plugin with these versions, the bytes of each its own; `codes` are their digests. */
async function registerVersions(...versions: readonly string[]) {
  const plugin = submission().manifest.match(/registry-\d+/)?.[0] ?? "";
  const codes: Record<string, string> = {};
  for (const version of versions) {
    const submitted = submission({ id: plugin, version }, `${code}// ${plugin} ${version}`);
    codes[version] = (await registerVersion(ports, submitted)).code;
  }
  const yanked = (...named: readonly string[]) => named.map((version) => codes[version] ?? "");
  const choose = async (version: string | undefined, ...withdrawn: readonly string[]) =>
    (await chooseRelease(ports, plugin, version, yanked(...withdrawn))).version;
  return { plugin, choose };
}

describe("chooseRelease", () => {
  it("finds the highest release, and a prerelease only where there is nothing else", async () => {
    const { choose } = await registerVersions("2.0.0-beta.1", "1.9.0", "1.10.0");
    expect(await choose(undefined)).toBe("1.10.0");
    expect(await choose("1.9.0")).toBe("1.9.0");
    const { choose: chooseEarly } = await registerVersions("2.0.0-beta.1");
    expect(await chooseEarly(undefined)).toBe("2.0.0-beta.1");
  });

  it("passes over what was withdrawn, and refuses it where it is named", async () => {
    const { plugin, choose } = await registerVersions("1.0.0", "1.1.0", "1.2.0");
    expect(await choose(undefined, "1.2.0")).toBe("1.1.0");
    expect(await choose(undefined, "1.0.0")).toBe("1.2.0");
    expect(await choose("1.0.0", "1.1.0", "1.2.0")).toBe("1.0.0");
    await expect(choose("1.2.0", "1.2.0")).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining(`${plugin} 1.2.0 was withdrawn for a security reason`),
    });
  });

  it("tells a plugin whose every version was withdrawn from one that is not there", async () => {
    const { choose } = await registerVersions("1.0.0", "2.0.0-beta.1");
    await expect(choose(undefined, "1.0.0", "2.0.0-beta.1")).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("withdrawn"),
    });
    await expect(chooseRelease(ports, "nobody-here", undefined, [])).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: "no version of nobody-here is registered here",
    });
  });
});

describe("assertNotYanked", () => {
  const release = { plugin: "p", version: "1.0.0", code: "a".repeat(64) };

  it("refuses a release by its code alone", () => {
    expect(() => assertNotYanked(release, ["b".repeat(64)])).not.toThrow();
    expect(() => assertNotYanked(release, ["b".repeat(64), release.code])).toThrow("withdrawn");
  });
});

describe("findRelease", () => {
  it("tells when the version was registered, which a second submission does not renew", async () => {
    const startedMs = Date.now();
    const submitted = submission();
    const { plugin } = await registerVersion(ports, submitted);
    const { releasedAt } = await findRelease(ports, plugin, "1.0.0");
    expect(new Date(releasedAt).toISOString()).toBe(releasedAt);
    expect(Date.parse(releasedAt)).toBeGreaterThanOrEqual(startedMs);
    await registerVersion(ports, submitted);
    expect((await findRelease(ports, plugin, "1.0.0")).releasedAt).toBe(releasedAt);
  });

  it("says which version or plugin is not there", async () => {
    await expect(findRelease(ports, "nobody-here", "1.0.0")).rejects.toMatchObject({ code: "NOT_FOUND" });
    const { plugin } = await registerVersion(ports, submission());
    await expect(findRelease(ports, plugin, "9.9.9")).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});
