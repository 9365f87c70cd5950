// A plugin keeps a stream that a call answered, and reads on it when the call is over.
import { expect, it } from "vitest";
import { underAttack } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";
import { toldIn } from "../told.ts";

const code = pluginOf(`async beforePublish({ data, api }) {
  if (data.slug === "keep") {
    await api.kv.put("own", "before");
    globalThis.kept = await api.kv.get("own", "stream");
    return true;
  }
  await api.kv.put("own", "after");
  return tell({ read: await attempt(() => new Response(globalThis.kept).text()) });
}`);

it("gets at most what it was granted then, never what was written since", async () => {
  const scopes = ["hook:beforePublish", "read:kv", "write:kv"] as const;
  await underAttack(
    { code, scopes, manifest: { limits: { timeoutMs: 1_000 } } },
    async (target) => {
      expect(await target.run("keep")).toMatchObject({ outcome: "ok" });
      const report = await target.run("read");
      if (report.outcome === "ok") expect(toldIn(report).read).not.toBe("got after");
      else expect(report.error?.code).toBe("DEADLINE_EXCEEDED");
    },
    { keeps: { own: "after" } },
  );
});
