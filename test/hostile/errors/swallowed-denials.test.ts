// A plugin swallows the guard's refusals, so that nobody would hear of what it tried.
import { expect, it } from "vitest";
import { events } from "../../workerd/site.ts";
import { ATTACKER, underAttack } from "../attack.ts";
import { refusedIn } from "../told.ts";

it("is in its trace, though it answers well, and in the site's audit log", async () => {
  const code = `async beforePublish({ api }) {
    const quiet = (call) => call().catch(() => {});
    await Promise.all([quiet(() => api.kv.put("k", "v")), quiet(() => api.kv.get("secret")), quiet(() => api.pages.list())]);
    return true;
  }`;
  await underAttack({ code }, async (target) => {
    const { allow, trace } = target.hear(await target.site.hooks.beforePublish(events.beforePublish));
    expect(allow).toBe(true);
    const [part] = trace.plugins;
    expect(part?.outcome).toBe("ok");
    expect(refusedIn({ calls: part?.calls ?? [] })).toEqual([
      "kv.read.get",
      "kv.write.put",
      "pages.read.list",
    ]);
    const entries = await target.audited(3);
    const told = entries.map(({ actor, scope, reason }) => [actor, scope, reason]).sort();
    expect(told).toEqual(
      ["read:kv", "read:pages", "write:kv"].map((scope) => [
        `plugin:${ATTACKER}`,
        scope,
        "scope not granted",
      ]),
    );
  });
});
