// A plugin makes more calls at once than it may make at all.
import { expect, it } from "vitest";
import { hookWork } from "../../../contracts/limits.ts";
import { attack } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";

const { calls } = hookWork.beforePublish;

it("gets as many answers as its hook has calls, and refusals for the rest", async () => {
  const code = pluginOf(`async beforePublish({ data, api }) {
    const call = () => api.getPage(data.pageId).then(() => "ok", (error) => error.code);
    const answers = await Promise.all(Array.from({ length: ${2 * calls} }, call));
    return tell({ ok: answers.filter((answer) => answer === "ok").length, all: [...new Set(answers)].sort() });
  }`);
  const { told } = await attack({ code, scopes: ["hook:beforePublish", "read:pages"] });
  expect(told).toEqual({ ok: `${calls}`, all: "QUOTA_EXCEEDED,ok" });
});
