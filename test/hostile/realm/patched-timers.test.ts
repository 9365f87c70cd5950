// A plugin patches time: timers that never ring, clocks that stand still or run away.
import { expect, it } from "vitest";
import { type Attacker, underAttack } from "../attack.ts";
import { ATTEMPT } from "../plugin-text.ts";

const patches: Record<string, string> = {
  "setTimeout that never rings": "globalThis.setTimeout = () => 0;",
  "setTimeout that throws": "globalThis.setTimeout = () => { throw new Error('no'); };",
  "clearTimeout that throws": "globalThis.clearTimeout = () => { throw new Error('no'); };",
  "a scheduler of its own": "scheduler.wait = () => new Promise(() => {});",
  "a clock that stands still": "Date.now = () => 0; performance.now = () => 0;",
};

it.concurrent.each(Object.entries(patches))("%s changes nothing of the host's time", async (_what, patch) => {
  const attacker: Attacker = {
    code: `${ATTEMPT} ${patch} export default { async beforePublish({ data, api }) {
      if (data.slug === "hang") await new Promise(() => {});
      api.log.info("x");
      return true;
    } };`,
    manifest: { limits: { timeoutMs: 1_000 } },
  };
  await underAttack(attacker, async (target) => {
    const { outcome, error } = await target.run();
    if (outcome !== "ok") expect(error?.code).toBe("PLUGIN_ERROR");
    expect(await target.run("hang")).toMatchObject({
      outcome: "timeout",
      error: { code: "DEADLINE_EXCEEDED" },
    });
  });
});

it.concurrent("a deadline that the plugin moved is not the host's", async () => {
  const attacker: Attacker = {
    code: `${ATTEMPT} export default { async beforePublish({ context, api }) {
      Date.now = () => 0;
      context.deadline = Infinity;
      await scheduler.wait(400);
      await api.kv.put("late", "x");
      return true;
    } };`,
    scopes: ["hook:beforePublish", "write:kv"],
    manifest: { limits: { timeoutMs: 200 } },
  };
  await underAttack(attacker, async (target) => {
    expect(await target.run()).toMatchObject({ outcome: "timeout", error: { code: "DEADLINE_EXCEEDED" } });
    await scheduler.wait(400);
  });
});
