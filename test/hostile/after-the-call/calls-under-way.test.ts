// A plugin begins calls, and answers before they are: what is guarded after the answer is refused.
import { expect, it } from "vitest";
import { underAttack } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";

const code = pluginOf(`async beforePublish({ data, api }) {
  if (data.slug !== "start") return true;
  // Read before the guard is asked, so the guard is asked when this ends.
  const slow = new ReadableStream({
    type: "bytes",
    async pull(controller) {
      if (globalThis.pulled === true) { await scheduler.wait(100); controller.close(); return; }
      globalThis.pulled = true;
      controller.enqueue(new Uint8Array([120]));
    },
  });
  void attempt(() => api.kv.put("late", slow));
  waitUntil(scheduler.wait(150));
  await scheduler.wait(20);
  return true;
}`);

it("a value that is still streaming is not written", async () => {
  const scopes = ["hook:beforePublish", "write:kv"] as const;
  await underAttack({ code, scopes }, async (target) => {
    expect(await target.run("start")).toMatchObject({ outcome: "ok" });
    await scheduler.wait(250);
    expect(await target.run("next")).toMatchObject({ outcome: "ok" });
  });
});
