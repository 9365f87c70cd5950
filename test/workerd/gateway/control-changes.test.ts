import { describe, expect, it } from "vitest";
import type { AdminSession } from "../../../contracts/rpc.ts";
import { events, makeSite, refusalOf } from "../site.ts";
import { OPERATOR_TOKEN, signIn } from "./rpc.ts";

const plugin = "changing";
const scopes = ["hook:beforePublish", "write:kv"];

async function register(admin: AdminSession, version: string, answer: string): Promise<void> {
  await admin.registerVersion({
    manifest: JSON.stringify({
      apiVersion: 1,
      id: plugin,
      name: "Changing",
      version,
      scopes: scopes.map((scope) => ({ scope, reason: "it is tested" })),
    }),
    code: `export default { async beforePublish({ api }) { await api.kv.put("k", "v"); return ${answer}; } };`,
  });
}

describe("a change through a session", () => {
  it("is seen by its next call: site, install, grant, update, narrower grant, revoke", async () => {
    await makeSite();
    const admin = await signIn<AdminSession>(OPERATOR_TOKEN);
    const site = "changed";
    await admin.createSite({ site });
    const at = { site, plugin };
    const run = async () => {
      const call = { ...at, hook: "beforePublish", event: events.beforePublish } as const;
      const { outcome, result, error } = await admin.runHook(call);
      return error?.code ?? `${outcome} ${result}`;
    };
    const publish = () => admin.callHook({ site, hook: "beforePublish", event: events.beforePublish });
    expect(await publish()).toMatchObject({ allow: true, trace: { plugins: [] } });
    await register(admin, "1.0.0", "true");
    expect(await admin.install(at)).toMatchObject({ version: "1.0.0", status: "needs-consent" });
    expect(await run()).toBe("GRANT_REVOKED");
    expect(await admin.grant(at)).toMatchObject({ status: "live" });
    expect(await run()).toBe("ok true");
    await register(admin, "1.1.0", "false");
    expect(await admin.install(at)).toMatchObject({
      version: "1.0.0",
      update: { version: "1.1.0", isWider: false },
      status: "live",
    });
    expect(await run()).toBe("ok true");
    await admin.grant(at);
    expect(await run()).toBe("ok false");
    expect(await publish()).toMatchObject({ allow: false, refusedBy: [plugin] });
    await admin.grant({ ...at, scopes: ["hook:beforePublish"], only: true });
    expect(await run()).toBe("PERMISSION_DENIED");
    expect(await admin.revoke(at)).toMatchObject({ plugin, drainedMs: expect.any(Number) });
    expect(await run()).toBe("GRANT_REVOKED");
    expect(await publish()).toMatchObject({ allow: true, trace: { plugins: [] } });
    expect((await admin.listPlugins({ site })).map(({ status }) => status)).toEqual(["needs-consent"]);
  }, 20_000);

  it("is seen by another session's next call too", async () => {
    const site = await makeSite({ code: "async beforePublish() { return false; }", grant: false });
    const [one, two] = [
      await signIn<AdminSession>(OPERATOR_TOKEN),
      await signIn<AdminSession>(OPERATOR_TOKEN),
    ];
    const publish = () => two.callHook({ site: site.id, hook: "beforePublish", event: events.beforePublish });
    expect(await publish()).toMatchObject({ allow: true });
    await one.grant({ site: site.id, plugin: "probe" });
    expect(await publish()).toMatchObject({ allow: false });
  });
});

describe("the consent that is signed", () => {
  it("is the one that was shown: another one is a CONFLICT", async () => {
    const site = await makeSite({
      code: "async beforePublish() { return true; }",
      scopes: ["hook:beforePublish", "read:kv"],
      grant: false,
    });
    const admin = await signIn<AdminSession>(OPERATOR_TOKEN);
    const at = { site: site.id, plugin: "probe" };
    const { digest } = await admin.describeConsent({ ...at, scopes: ["hook:beforePublish"] });
    expect(await refusalOf(() => admin.grant({ ...at, consent: digest }))).toMatchObject({
      code: "CONFLICT",
    });
    expect(await admin.grant({ ...at, scopes: ["hook:beforePublish"], consent: digest })).toMatchObject({
      scope: "hook:beforePublish",
      status: "live",
    });
  });
});
