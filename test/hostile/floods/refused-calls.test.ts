// A plugin calls what it was not granted, again and again: each costs a call, and the trace and audit log stay short.
import { expect, it } from "vitest";
import { hookWork, MAX_TRACED_CALLS } from "../../../contracts/limits.ts";
import { ATTACKER, underAttack } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";
import { toldIn } from "../told.ts";

const { calls } = hookWork.beforePublish;

it("ends with QUOTA_EXCEEDED; the audit log counts them in one entry", async () => {
  const code = pluginOf(`async beforePublish({ api }) {
    let code;
    for (let turn = 0; turn <= ${calls}; turn += 1) await api.kv.put("k" + turn, "v").catch((error) => { code = error.code; });
    return tell({ code });
  }`);
  await underAttack({ code }, async (target) => {
    const report = await target.run();
    expect(toldIn(report)).toEqual({ code: "QUOTA_EXCEEDED" });
    expect(report.calls).toHaveLength(MAX_TRACED_CALLS);
    // A minute may end meanwhile: then there are two.
    const entries = await target.audited(calls);
    expect(entries.length).toBeLessThanOrEqual(2);
    expect(entries[0]).toMatchObject({
      actor: `plugin:${ATTACKER}`,
      scope: "write:kv",
      reason: "scope not granted",
    });
  });
});
