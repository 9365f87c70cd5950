// A plugin keeps the stub of one hook for another, where a page is built or a timer rings.
import { expect, it } from "vitest";
import type { HookName } from "../../../contracts/hooks.ts";
import { openTarget } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";

const hooks = ["beforePublish", "renderHtml", "onSearch", "onSchedule", "afterPublish"] as const;

const code = pluginOf(
  hooks
    .map(
      (hook) => `async ${hook}({ data, api }) {
        if (globalThis.kept === undefined) { globalThis.kept = steal(api).dup(); globalThis.keptIn = "${hook}"; return ${hook === "beforePublish"} || undefined; }
        api.log.info(await attempt(() => kept.kv.put("late", keptIn)));
        return ${hook === "beforePublish"} || undefined;
      }`,
    )
    .join(","),
);

const pairs: readonly (readonly [HookName, HookName])[] = [
  ["beforePublish", "renderHtml"],
  ["renderHtml", "beforePublish"],
  ["onSchedule", "onSearch"],
  ["afterPublish", "onSchedule"],
];

it.concurrent.each(pairs)("a stub of %s does nothing in %s", async (from, to) => {
  const scopes = [...hooks.map((hook) => `hook:${hook}` as const), "read:kv", "write:kv"] as const;
  const target = await openTarget({ code, scopes });
  expect(await target.run("keep", from)).toMatchObject({ outcome: "ok" });
  const report = await target.run("use", to);
  expect(report).toMatchObject({ outcome: "ok", calls: [] });
  expect(report.logs[0]?.message).toMatch(/^(?!got )/);
  await target.expectUnharmed();
});
