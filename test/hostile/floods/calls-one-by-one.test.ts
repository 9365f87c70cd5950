// A plugin awaits call after call.
import { expect, it } from "vitest";
import { hookWork } from "../../../contracts/limits.ts";
import { attack, underAttack } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";

const { beforePublish, onSearch } = hookWork;
const scopes = ["hook:beforePublish", "hook:onSearch", "read:kv"] as const;

it("ends with QUOTA_EXCEEDED at its hook's number", async () => {
  const code = pluginOf(`async beforePublish({ api }) {
    for (let turn = 0; turn < ${2 * beforePublish.calls}; turn += 1) {
      try { await api.kv.get("k"); } catch (error) { return tell({ turn, code: error.code }); }
    }
    return true;
  }`);
  const { told } = await attack({ code, scopes });
  expect(told).toEqual({ turn: `${beforePublish.calls}`, code: "QUOTA_EXCEEDED" });
});

it("has fewer where a visitor waits", async () => {
  const code = pluginOf(`
    async onSearch({ data, api }) {
      if (data.query !== "flood") return;
      globalThis.turns = 0;
      try { for (;;) { await api.kv.get("k"); globalThis.turns += 1; } } catch (error) { globalThis.code = error.code; }
    },
    async beforePublish() { return tell({ turns: globalThis.turns, code: globalThis.code }); }`);
  await underAttack({ code, scopes }, async (target) => {
    expect(await target.run("flood", "onSearch")).toMatchObject({ outcome: "ok" });
    const { result } = await target.run();
    expect(result).toMatchObject({
      issues: [{ message: `${onSearch.calls}` }, { message: "QUOTA_EXCEEDED" }],
    });
  });
});
