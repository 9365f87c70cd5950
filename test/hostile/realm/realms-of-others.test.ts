// A plugin patches its realm and looks for it, or hopes for others to find it, elsewhere.
import { expect, it } from "vitest";
import { events, makeSite } from "../../workerd/site.ts";
import { ATTACKER, attackTogether, underAttack } from "../attack.ts";
import { saidIn } from "../told.ts";

it("leaves the realms of other plugins and of the host alone", async () => {
  const { hostile, honest } = await attackTogether({
    hostile: {
      code: `Object.prototype.allow = true; Array.prototype.map = () => ["owned"]; JSON.stringify = () => "{}";
        globalThis.owned = true; export default { async beforePublish() { return true; } };`,
    },
    honest: {
      code: "async beforePublish() { return say([typeof owned, [1].map(String), ({}).allow ?? null]); }",
    },
  });
  expect(hostile).toMatchObject({ outcome: "error", error: { code: "PLUGIN_ERROR" } });
  expect(saidIn(honest)).toEqual(["undefined", ["1"], null]);
  expect([1].map(String)).toEqual(["1"]);
});

it("does not reach the same plugin on another site", async () => {
  const plugin = {
    code: `export default { async beforePublish({ data }) {
      if (data.slug === "attack") globalThis.owned = data.title;
      return say(globalThis.owned ?? null);
    } };`,
    scopes: ["hook:beforePublish", "read:pages"] as const,
  };
  await underAttack(plugin, async (target) => {
    const other = await makeSite({ ...plugin, id: ATTACKER });
    expect(await target.ask()).toBe(events.beforePublish.title);
    expect(await target.ask("later")).toBe(events.beforePublish.title);
    expect(await other.ask(ATTACKER)).toBeNull();
  });
});
