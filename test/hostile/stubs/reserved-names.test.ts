// A plugin calls names that a runtime keeps for itself: handlers of Workers, of promises, of objects.
import { expect, it } from "vitest";
import { attack } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";

const NAMES = [
  "fetch",
  "connect",
  "queue",
  "tail",
  "tailStream",
  "scheduled",
  "alarm",
  "webSocketMessage",
  "webSocketClose",
  "webSocketError",
  "dup",
  "constructor",
  "__proto__",
  "toString",
  "valueOf",
  "toLocaleString",
  "then",
  "catch",
  "finally",
  "call",
  "apply",
  "bind",
  "name",
  "length",
  "onRpcBroken",
  "Symbol.dispose",
  "@@dispose",
];

/**
 * Names that the stub answers itself reach the other side where they are spelt with a NUL behind, which the runtime
 * cuts off. So each is asked of the root and of a family in both spellings, and called and read.
 */
const code = pluginOf(`async beforePublish({ api }) {
  const raw = steal(api);
  const answered = {};
  for (const name of ${JSON.stringify(NAMES)}) {
    for (const spelt of [name, name + "\\0"]) {
      if (spelt in Object.prototype || spelt in Function.prototype || spelt in raw.kv.get("k")) continue;
      for (const [path, target] of [["api", raw], ["kv", raw.kv], ["kv.get", raw.kv.get]]) {
        const property = target[spelt];
        if (typeof property !== "function") continue;
        const called = await attempt(() => property("secret", () => 1));
        if (!/^TypeError: /.test(called)) answered[path + "." + JSON.stringify(spelt)] = called;
        const read = await attempt(() => target[spelt]);
        if (!/^(TypeError|DataCloneError): /.test(read)) answered[path + "." + JSON.stringify(spelt) + " (read)"] = read;
      }
    }
  }
  return tell(answered);
}`);

it("is refused each of them, on the root, on a family and on a method", async () => {
  const { told } = await attack({
    code,
    scopes: ["hook:beforePublish", "read:kv", "write:kv", "read:pages"],
  });
  expect(told).toEqual({});
});
