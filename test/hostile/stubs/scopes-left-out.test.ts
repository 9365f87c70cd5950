// A plugin calls what its manifest asks for and the admin left out, by api and past it.
import { expect, it } from "vitest";
import { ATTACKER, underAttack } from "../attack.ts";
import { trying } from "../plugin-text.ts";
import { expectEach, refusedIn, toldIn } from "../told.ts";

const calls = {
  "by api": 'api.kv.put("k", "v")',
  "by the raw stub": 'steal(api).kv.put("k", "v")',
  "delete, which goes with it": 'api.kv.delete("secret")',
  "after it asked whether it may": '(api.can("write:kv"), api.kv.put("k", "v"))',
};

it("is denied, in its trace and in the site's audit log", async () => {
  const attacker = {
    code: trying(calls),
    scopes: ["hook:beforePublish", "read:kv", "write:kv"] as const,
    grant: { scopes: ["hook:beforePublish" as const, "read:kv" as const] },
  };
  await underAttack(attacker, async (target) => {
    const report = await target.run();
    expectEach(toldIn(report), calls, /^PERMISSION_DENIED: .*write:kv/);
    expect(refusedIn(report)).toEqual(["kv.write.delete", "kv.write.put"]);
    const [entry, ...more] = await target.audited(4);
    expect(more).toEqual([]);
    expect(entry).toMatchObject({
      actor: `plugin:${ATTACKER}`,
      hook: "beforePublish",
      scope: "write:kv",
      reason: "scope not granted",
      count: 4,
    });
  });
});
