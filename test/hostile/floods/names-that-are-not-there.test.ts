// A plugin calls and reads names that are no methods: the runtime refuses them before any code of the gateway runs.
import { expect, it } from "vitest";
import { attack } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";

const TURNS = 500;

it("gets nothing for it, and others are answered", async () => {
  const code = pluginOf(`async beforePublish({ api }) {
    const raw = steal(api);
    const answers = new Set();
    for (let turn = 0; turn < ${TURNS}; turn += 1)
      for (const call of [() => raw.nothing(), () => raw.kv["name" + turn](), () => raw.kv.get.more(), async () => raw.kv.none, () => raw.kv["dup\\0"]()])
        answers.add((await attempt(call)).split(":")[0]);
    return tell({ answers: [...answers].join() });
  }`);
  const { told } = await attack({ code });
  expect(told).toEqual({ answers: "TypeError" });
});
