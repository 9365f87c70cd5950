// A plugin throws what looks like the guard's refusal, or like another one than it got.
import { expect, it } from "vitest";
import { events } from "../../workerd/site.ts";
import { ATTACKER, underAttack } from "../attack.ts";

const publish = (code: string) =>
  underAttack(
    { code },
    async (target) => target.hear(await target.site.hooks.beforePublish(events.beforePublish)).trace.plugins,
  );

it("is no denial when no guard has denied", async () => {
  const plugins = await publish(`async beforePublish() {
    throw Object.assign(new Error("x"), { name: "PermissionDenied", code: "PERMISSION_DENIED", scope: "write:kv" });
  }`);
  expect(plugins).toMatchObject([{ outcome: "error", error: { code: "PLUGIN_ERROR" }, calls: [] }]);
});

it("names the scope that the guard denied, not the one it claims", async () => {
  const plugins = await publish(`async beforePublish({ api }) {
    await api.kv.get("k").catch(() => {});
    throw Object.assign(new Error("x"), { code: "PERMISSION_DENIED", scope: "read:pages" });
  }`);
  expect(plugins).toMatchObject([
    {
      outcome: "denied",
      error: { message: `${ATTACKER} called what needs the scope read:kv` },
      calls: [{ capability: "kv.read", outcome: "denied" }],
    },
  ]);
});

it("claims nothing for another plugin, grant or site", async () => {
  const plugins = await publish(`async beforePublish() {
    throw Object.assign(new Error("victim is not granted"), { code: "GRANT_REVOKED", plugin: "victim", details: { site: "x" } });
  }`);
  expect(plugins).toMatchObject([{ plugin: ATTACKER, error: { code: "PLUGIN_ERROR" } }]);
});
