// A plugin keeps the api that the shell made for one call, wherever its isolate can keep something.
import { it } from "vitest";
import { expectUseless } from "./keeping.ts";

it.concurrent.each([
  ["on the global", "globalThis.kept = api", "globalThis.kept"],
  ["in its module", "inModule = api", "inModule"],
  [
    "in a closure",
    "const put = (key, value) => api.kv.put(key, value); globalThis.kept = { kv: { put, get: (key) => api.kv.get(key) } }",
    "globalThis.kept",
  ],
  ["on a prototype", "Object.prototype.kept = api", "({}).kept"],
  [
    "behind a symbol of the registry",
    "globalThis[Symbol.for('kept')] = api",
    "globalThis[Symbol.for('kept')]",
  ],
])("does nothing in the next call: %s", async (_where, keep, kept) => {
  await expectUseless(keep, kept);
});
