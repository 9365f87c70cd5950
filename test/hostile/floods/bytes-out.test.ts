// A plugin hands over more bytes than its hook may, in values, patches and documents of honest size.
import { expect, it } from "vitest";
import { hookWork, MAX_FRAGMENT_BYTES, MAX_KV_VALUE_BYTES } from "../../../contracts/limits.ts";
import { attack } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";

const { bytesOut } = hookWork.beforePublish;

it("ends with QUOTA_EXCEEDED once its values pass the bound", async () => {
  const code = pluginOf(`async beforePublish({ api }) {
    const value = "x".repeat(${MAX_KV_VALUE_BYTES});
    for (let turn = 0; turn < 100; turn += 1) {
      const answer = await attempt(() => api.kv.put("k", value));
      if (!answer.startsWith("got")) { await api.kv.delete("k"); return tell({ turn, answer }); }
    }
    return true;
  }`);
  const { told } = await attack(
    { code, scopes: ["hook:beforePublish", "write:kv"] },
    { refused: ["kv.write.put"] },
  );
  expect(told.answer).toMatch(/^QUOTA_EXCEEDED: .*bytes/);
  expect(Number(told.turn)).toBe(Math.floor(bytesOut / MAX_KV_VALUE_BYTES) - 1);
});

it("ends with QUOTA_EXCEEDED once its patches pass the bound", async () => {
  const code = pluginOf(`async beforePublish({ api }) {
    const elements = Array(40).fill({ selector: "p", before: "x".repeat(${MAX_FRAGMENT_BYTES}) });
    for (let turn = 0; turn < 100; turn += 1) {
      const answer = await attempt(() => api.html.transform({ elements }));
      if (!answer.startsWith("got")) return tell({ turn, answer });
    }
    return true;
  }`);
  const { told } = await attack(
    { code, scopes: ["hook:beforePublish", "transform:html"] },
    { refused: ["html.transform.transform"] },
  );
  // One patch, shared forty times in a small message, is counted as often as it is looked at.
  expect(told).toEqual({
    turn: `${Math.floor(bytesOut / (40 * MAX_FRAGMENT_BYTES))}`,
    answer: expect.stringMatching(/^QUOTA_EXCEEDED: .*bytes/),
  });
});
