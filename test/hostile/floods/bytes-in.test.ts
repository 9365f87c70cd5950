// A plugin has itself answered more bytes than its hook may get.
import { expect, it } from "vitest";
import { hookWork, MAX_KV_VALUE_BYTES } from "../../../contracts/limits.ts";
import { attack } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";

const { bytesIn } = hookWork.beforePublish;

it("ends with QUOTA_EXCEEDED, whatever form it asks for", async () => {
  const code = pluginOf(`async beforePublish({ api }) {
    await api.kv.put("k", "x".repeat(${MAX_KV_VALUE_BYTES}));
    const calls = [() => api.kv.get("k"), () => api.kv.get("k", "arrayBuffer"), () => api.kv.getWithMetadata("k")];
    for (let turn = 0; turn < 100; turn += 1) {
      const answer = await attempt(async () => void (await calls[turn % 3]()));
      if (!answer.startsWith("got")) { await api.kv.delete("k"); return tell({ turn, answer }); }
    }
    return true;
  }`);
  const { told } = await attack(
    { code, scopes: ["hook:beforePublish", "read:kv", "write:kv"] },
    { refused: ["kv.read.get"] },
  );
  expect(told.answer).toMatch(/^QUOTA_EXCEEDED: .*bytes in/);
  expect(Number(told.turn)).toBeLessThan(bytesIn / MAX_KV_VALUE_BYTES);
});
