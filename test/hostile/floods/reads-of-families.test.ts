// A plugin reads the getters of the root again and again, which is no call of a method.
import { expect, it } from "vitest";
import { hookWork } from "../../../contracts/limits.ts";
import { attack } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";

const { calls } = hookWork.beforePublish;

it("counts as calls do, one by one", async () => {
  const code = pluginOf(`async beforePublish({ api }) {
    const raw = steal(api);
    for (let turn = 0; turn < ${2 * calls}; turn += 1) {
      try { (await raw[["kv", "pages", "db", "html", "log"][turn % 5]])[Symbol.dispose](); }
      catch (error) { return tell({ turn, code: error.code }); }
    }
    return true;
  }`);
  const { told } = await attack({ code });
  expect(told).toEqual({ turn: `${calls}`, code: "QUOTA_EXCEEDED" });
});

it("counts as calls do, all at once", async () => {
  const code = pluginOf(`async beforePublish({ api }) {
    const raw = steal(api);
    const read = async () => { try { (await raw.kv)[Symbol.dispose](); return "ok"; } catch (error) { return error.code; } };
    const answers = await Promise.all(Array.from({ length: ${calls + 100} }, read));
    return tell({ ok: answers.filter((answer) => answer === "ok").length, all: [...new Set(answers)].sort() });
  }`);
  const { told } = await attack({ code });
  expect(told).toEqual({ ok: `${calls}`, all: "QUOTA_EXCEEDED,ok" });
});
