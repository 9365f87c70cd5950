// A plugin's grant is revoked while its hook runs; it goes on calling, by every stub that it holds.
import { expect, it } from "vitest";
import { ATTACKER, openTarget } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";
import { refusedIn } from "../told.ts";

const code = pluginOf(`async beforePublish({ api }) {
  const raw = steal(api);
  const twin = raw.dup();
  const kv = await raw.kv;
  const answers = await attemptAll({ before: () => api.kv.put("before", "x") });
  // Until it is refused, which is when nothing may get through any more.
  while (!(await attempt(() => api.kv.get("before"))).startsWith("GRANT_REVOKED")) await scheduler.wait(100);
  Object.assign(answers, await attemptAll({
    api: () => api.kv.put("late", "x"), twin: () => twin.kv.put("late", "x"), family: () => kv.put("late", "x"),
    get: () => api.kv.get("before"), list: () => api.kv.list(), page: () => api.pages.list(),
  }));
  return tell(answers);
}`);
const scopes = ["hook:beforePublish", "read:kv", "write:kv", "read:pages"] as const;

const changes = {
  revoked: (target: Awaited<ReturnType<typeof openTarget>>) =>
    target.site.admin.revoke({ site: target.site.id, plugin: ATTACKER, reason: "it attacks" }),
  disabled: (target: Awaited<ReturnType<typeof openTarget>>) =>
    target.site.admin.disable({ site: target.site.id, plugin: ATTACKER }),
  narrowed: (target: Awaited<ReturnType<typeof openTarget>>) =>
    target.site.admin.revoke({ site: target.site.id, plugin: ATTACKER, scopes: ["write:kv"] }),
  uninstalled: (target: Awaited<ReturnType<typeof openTarget>>) =>
    target.site.admin.uninstall({ site: target.site.id, plugin: ATTACKER }),
};

it.concurrent.each(Object.entries(changes))(
  "does nothing more once it was %s",
  { timeout: 15_000 },
  async (_how, change) => {
    const target = await openTarget({ code, scopes });
    const running = target.run();
    await scheduler.wait(300);
    await change(target);
    const report = await running;
    expect(report).toMatchObject({ outcome: "denied", error: { code: "GRANT_REVOKED" }, result: null });
    expect(refusedIn(report)).toEqual(["kv.read.get", "kv.read.list", "kv.write.put", "pages.read.list"]);
    const denials = await target.audited(7);
    expect(new Set(denials.map(({ reason }) => reason))).toEqual(new Set(["the grant was revoked"]));
    await target.expectUnharmed({ keeps: { before: "x" } });
  },
);
