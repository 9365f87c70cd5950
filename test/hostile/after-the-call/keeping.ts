// A plugin that keeps something in its first call and uses it in the next one of the same isolate.
// What it kept must do nothing, while what the next call brings does its work.
import { expect } from "vitest";
import { underAttack } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";
import { refusedIn, toldIn } from "../told.ts";

/** `keep` is a statement of the first call; `kept` an expression of the next, with a `kv` to it. */
export async function expectUseless(keep: string, kept = "globalThis.kept"): Promise<void> {
  const code = pluginOf(
    `async beforePublish({ data, api }) {
      if (data.slug === "keep") { ${keep}; return true; }
      return tell(await attemptAll({
        put: () => (${kept}).kv.put("late", "x"),
        get: () => (${kept}).kv.get("own"),
        own: () => api.kv.put("own", "y"),
      }));
    }`,
    "let inModule;",
  );
  const scopes = ["hook:beforePublish", "read:kv", "write:kv"] as const;
  await underAttack(
    { code, scopes },
    async (target) => {
      expect(await target.run("keep")).toMatchObject({ outcome: "ok" });
      const report = await target.run("use");
      const { put, get, own } = toldIn(report);
      for (const answer of [put, get]) {
        expect(answer).not.toMatch(/^got /);
        // Refused by the guard, or the runtime knows the stub no more; never a mistake of this test.
        expect(answer).not.toMatch(/is not (?:a function|defined)|Cannot read/);
      }
      expect(own).toBe("got undefined");
      // What the call did is its own alone.
      expect(refusedIn(report)).toEqual([]);
      expect(report.calls).toMatchObject([{ capability: "kv.write", method: "put", outcome: "ok" }]);
    },
    { keeps: { own: "y" } },
  );
}
