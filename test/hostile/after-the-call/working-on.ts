// A plugin whose hook answers while work of it goes on, and tries its stubs when the call is over.
// Nothing of it may land; that it did try is told by its own next call where the isolate let it.
import { expect } from "vitest";
import { underAttack } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";

/** Milliseconds after the answer at which the work is tried, and after which it must have been. */
const LATER_MS = 60;
const OVER_MS = 200;

/** `start` is a statement of the hook; `later` is at hand, a function that tries every stub of the call. */
export async function expectNothingLands(start: string): Promise<void> {
  const code = pluginOf(
    `async beforePublish({ data, api }) {
      if (data.slug !== "start") return true;
      const raw = steal(api);
      const twin = raw.dup();
      const later = async () => {
        for (const [key, kv] of [["late", api.kv], ["late-raw", raw.kv], ["late-twin", twin.kv]]) {
          await attempt(() => kv.put(key, "x"));
        }
      };
      const soon = async () => { await scheduler.wait(${LATER_MS}); await later(); };
      ${start};
      return true;
    }`,
  );
  const scopes = ["hook:beforePublish", "read:kv", "write:kv"] as const;
  await underAttack({ code, scopes }, async (target) => {
    expect(await target.run("start")).toMatchObject({ outcome: "ok", calls: [] });
    expect(await target.run("start")).toMatchObject({ outcome: "ok", calls: [] });
    await scheduler.wait(OVER_MS);
    expect(await target.run("next")).toMatchObject({ outcome: "ok", calls: [] });
  });
}
