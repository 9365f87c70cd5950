import { beforeAll, describe, expect, it } from "vitest";
import type { AdminSession } from "../../../contracts/rpc.ts";
import { makeSite, refusalOf } from "../site.ts";
import { argumentsFor, METHODS, type Method } from "./arguments.ts";
import { OPERATOR_TOKEN, signIn, textOf } from "./rpc.ts";

let session: AdminSession;
/** One site for all, that no test changes. */
const argumentsOf = argumentsFor("arguments");

beforeAll(async () => {
  const { admin } = await makeSite();
  await admin.createSite({ site: "arguments" });
  session = await signIn(OPERATOR_TOKEN);
});

async function refuse(method: Method, args: unknown) {
  const methods = session as unknown as Record<Method, (args: unknown) => Promise<unknown>>;
  return (await refusalOf(async () => methods[method](args))) as { code: string; message: string };
}

/** Refused for its argument, in words that name `what`, and with nothing of the inside. */
async function expectInvalid(method: Method, args: unknown, what: string): Promise<void> {
  const error = await refuse(method, args);
  expect(error).toMatchObject({ code: "INVALID_ARGUMENT", message: expect.stringContaining(what) });
  expect(textOf(error)).not.toMatch(/\.ts:|ZodError|node_modules/);
}

/** Fields that any value fits, since their own schema comes later. */
const OPEN: readonly string[] = ["event"];
/** Fields that may be left out; the methods are named where another needs the field. */
const OPTIONAL: readonly string[] = [
  "name",
  "url",
  "locale",
  "onConflict",
  "event",
  "version",
  "scopes",
  "only",
  "caveats",
  "expiresInSeconds",
  "consent",
  "jti",
  "label",
  "singleUse",
  "to",
  "dryRun",
  "gate",
  "updates",
  "recordings",
  "level",
  "after",
  "outcome",
  "logs.plugin",
  "logs.hook",
  "listTraces.plugin",
  "listRecordings.plugin",
  "listRecordings.hook",
  "kind",
  "since",
  "cursor",
  "limit",
  "after",
  "major",
  "keepDataSeconds",
  "deleteData.reason",
  "disable.reason",
  "uninstall.reason",
  "resetBreaker.reason",
  "revoke.reason",
  "retireKey.reason",
  "createToken.site",
  "registerVersion.migrations",
  "rollback.to",
  "rollback.reason",
  "listTokens.site",
  "revokeToken.site",
  "audit.site",
  "audit.plugin",
];
const NUMBERS: readonly string[] = [
  "expiresInSeconds",
  "keepDataSeconds",
  "cursor",
  "limit",
  "major",
  "logs.after",
];
/** Of these the value of another type is one that is no object. */
const OBJECTS: readonly string[] = ["caveats", "settings"];

const fields = METHODS.flatMap((method) =>
  Object.keys(argumentsOf[method])
    .filter((field) => !OPEN.includes(field))
    .map((field) => ({ method, field })),
);

describe("every method of the AdminSession", () => {
  it.each(METHODS)("%s refuses what is no object, and keys that it does not know", async (method) => {
    for (const args of [undefined, null, 5, "x", [], [argumentsOf[method]], () => 1]) {
      await expectInvalid(method, args, method);
    }
    await expectInvalid(method, { ...argumentsOf[method], extra: 1 }, "extra");
  });

  it.each(fields)("$method names the field $field when it is of another type", async ({ method, field }) => {
    const isNumber = NUMBERS.includes(field) || NUMBERS.includes(`${method}.${field}`);
    const wrong: unknown[] = [null, isNumber ? "60" : 5, [[]], () => 1];
    if (!OBJECTS.includes(field)) wrong.push({ x: 1 });
    for (const value of wrong) {
      await expectInvalid(method, { ...argumentsOf[method], [field]: value }, `${method}.${field}`);
    }
  });

  it.each(
    fields.filter(
      ({ field, method }) => ![field, `${method}.${field}`].some((name) => OPTIONAL.includes(name)),
    ),
  )("$method names the field $field when it is missing", async ({ method, field }) => {
    const { [field]: _left, ...rest } = argumentsOf[method] as Record<string, unknown>;
    await expectInvalid(method, rest, `${method}.${field}`);
  });

  it.each(
    fields.filter(
      ({ field }) => !["singleUse", "only", "expiresInSeconds", "seed", "manifest", "code"].includes(field),
    ),
  )("$method refuses a $field of a megabyte, briefly", async ({ method, field }) => {
    const error = await refuse(method, { ...argumentsOf[method], [field]: "x".repeat(1_048_577) });
    expect(error.code).toBe("INVALID_ARGUMENT");
    expect(error.message.length).toBeLessThan(500);
  });
});

describe("particular arguments", () => {
  it.each([
    ["createSite", { site: "Upper" }, "createSite.site"],
    ["createSite", { site: "a".repeat(64) }, "createSite.site"],
    ["createSite", { site: "../x" }, "createSite.site"],
    ["createSite", { site: "x", url: "javascript:alert(1)" }, "createSite.url"],
    ["createSite", { site: "x", url: "file:///etc" }, "createSite.url"],
    ["putPages", { site: "arguments", pages: [] }, "putPages.pages"],
    ["putPages", { site: "arguments", pages: [{ id: "x" }] }, "putPages.pages.0.collection"],
    ["runHook", { ...argumentsOf.runHook, hook: "constructor" }, "runHook.hook"],
    ["install", { ...argumentsOf.install, version: "latest" }, "install.version"],
    ["install", { ...argumentsOf.install, plugin: "__proto__" }, "install.plugin"],
    ["grant", { ...argumentsOf.grant, scopes: [] }, "grant.scopes"],
    ["grant", { ...argumentsOf.grant, scopes: ["read:*"] }, "grant.scopes.0"],
    ["grant", { ...argumentsOf.grant, caveats: { "read:pages": { hosts: ["a.example"] } } }, "grant.caveats"],
    ["grant", { ...argumentsOf.grant, caveats: { "read:pages": { collections: [] } } }, "grant.caveats"],
    ["grant", { ...argumentsOf.grant, caveats: { "read:all": {} } }, "grant.caveats"],
    ["grant", { ...argumentsOf.grant, expiresInSeconds: 0 }, "grant.expiresInSeconds"],
    ["grant", { ...argumentsOf.grant, expiresInSeconds: 7_776_001 }, "grant.expiresInSeconds"],
    ["grant", { ...argumentsOf.grant, expiresInSeconds: 1.5 }, "grant.expiresInSeconds"],
    ["dryRunGrant", { ...argumentsOf.dryRunGrant, scopes: ["read:*"] }, "dryRunGrant.scopes.0"],
    ["renew", { ...argumentsOf.renew, expiresInSeconds: 7_776_001 }, "renew.expiresInSeconds"],
    ["renew", { ...argumentsOf.renew, jti: "" }, "renew.jti"],
    ["revoke", { ...argumentsOf.revoke, scopes: [] }, "revoke.scopes"],
    ["revoke", { ...argumentsOf.revoke, scopes: ["pages.read"] }, "revoke.scopes.0"],
    ["revoke", { ...argumentsOf.revoke, reason: "x".repeat(501) }, "revoke.reason"],
    ["update", { ...argumentsOf.update, to: "latest" }, "update.to"],
    ["setPolicy", { site: "arguments", gate: "maybe" }, "setPolicy.gate"],
    ["setPolicy", { site: "arguments", updates: "always" }, "setPolicy.updates"],
    ["setOrder", { site: "arguments", plugins: [] }, "setOrder.plugins"],
    ["setOrder", { site: "arguments", plugins: ["__proto__"] }, "setOrder.plugins.0"],
    ["setOrder", { site: "arguments", plugins: Array(501).fill("probe") }, "setOrder.plugins"],
    ["setSettings", { ...argumentsOf.setSettings, settings: { call: () => 1 } }, "setSettings.settings"],
    ["setSettings", { ...argumentsOf.setSettings, settings: { n: Number.NaN } }, "setSettings.settings"],
    ["audit", { kind: "gossip" }, "audit.kind"],
    ["audit", { since: "yesterday" }, "audit.since"],
    ["audit", { limit: 0 }, "audit.limit"],
    ["audit", { limit: 1_001 }, "audit.limit"],
    ["audit", { cursor: -1 }, "audit.cursor"],
    ["audit", { cursor: 1.5 }, "audit.cursor"],
    ["retireKey", { kid: "" }, "retireKey.kid"],
    ["yank", { ...argumentsOf.yank, reason: "" }, "yank.reason"],
    ["yank", { ...argumentsOf.yank, version: "^1" }, "yank.version"],
    ["createToken", { role: "root" }, "createToken.role"],
    ["createToken", { role: "operator", site: "arguments" }, "site"],
    ["createToken", { role: "admin" }, "site"],
  ] as const)("%s refuses %j", async (method, args, what) => {
    await expectInvalid(method, args, what);
  });

  it("callHook is HOOK_UNKNOWN for a name that is no hook, and names the event's field", async () => {
    expect(await refuse("callHook", { site: "arguments", hook: "constructor", event: {} })).toMatchObject({
      code: "HOOK_UNKNOWN",
    });
    for (const method of ["callHook", "runHook"] as const) {
      for (const event of [
        undefined,
        null,
        5,
        [],
        {},
        { query: 1n },
        { query: () => 1 },
        { query: new Date() },
      ]) {
        const plugin = method === "runHook" ? { plugin: "probe" } : {};
        const error = await refuse(method, { site: "arguments", ...plugin, hook: "onSearch", event });
        expect(error).toMatchObject({ code: "INVALID_ARGUMENT", message: expect.stringContaining("event") });
      }
    }
  });

  it.each([
    ["publish", { site: "nowhere", page: "posts/x" }],
    ["publish", { site: "arguments", page: "posts/nothing" }],
    ["putPages", { ...argumentsOf.putPages, site: "nowhere" }],
    ["callHook", { site: "nowhere", hook: "onSchedule", event: {} }],
    ["runHook", { ...argumentsOf.runHook, site: "nowhere" }],
    ["runHook", argumentsOf.runHook],
    ["listPlugins", { site: "nowhere" }],
    ["listGrants", { site: "nowhere" }],
    ["install", { site: "arguments", plugin: "no-such" }],
    ["describeConsent", { site: "arguments", plugin: "no-such" }],
    ["grant", { site: "arguments", plugin: "no-such" }],
    ["revoke", { site: "arguments", plugin: "no-such" }],
    ["revoke", { site: "arguments", plugin: "no-such", scopes: ["read:kv"] }],
    ["update", { site: "arguments", plugin: "no-such" }],
    ["update", argumentsOf.update],
    ["disable", { site: "arguments", plugin: "no-such" }],
    ["enable", { site: "nowhere", plugin: "probe" }],
    ["uninstall", { site: "arguments", plugin: "no-such" }],
    ["getPolicy", { site: "nowhere" }],
    ["setPolicy", { site: "nowhere", gate: "allow" }],
    ["setOrder", { site: "arguments", plugins: ["no-such"] }],
    ["getSettings", { site: "arguments", plugin: "no-such" }],
    ["setSettings", { site: "arguments", plugin: "no-such", settings: {} }],
    ["dryRunGrant", { site: "arguments", plugin: "no-such" }],
    ["renew", { site: "arguments", plugin: "no-such" }],
    ["audit", { site: "nowhere" }],
    ["retireKey", { kid: "no-such-key" }],
    ["yank", { plugin: "no-such", version: "1.0.0", reason: "r" }],
  ] as const)("%s is NOT_FOUND for what is not there: %j", async (method, args) => {
    expect((await refuse(method, args)).code).toBe("NOT_FOUND");
  });
});
