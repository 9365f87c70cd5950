// A plugin recurses until its stack is full: in code, in JSON, in a regular expression, in what is cloned.
import { it } from "vitest";
import { expectOwnEnd } from "./ending.ts";

it.concurrent.each([
  ["a function", "(() => { const deeper = () => 1 + deeper(); return deeper(); })()"],
  [
    "a toJSON",
    "JSON.stringify((() => { const it = { toJSON: () => ({ it: { toJSON: it.toJSON } }) }; return it; })())",
  ],
  [
    "a proxy of itself",
    "(() => { const it = new Proxy({}, { get: (_o, key, self) => self[key] }); return it.x; })()",
  ],
  [
    "a clone",
    "structuredClone((() => { let it = []; for (let n = 0; n < 200_000; n += 1) it = [it]; return it; })())",
  ],
])("ends in an error of its own: %s", async (_what, end) => {
  await expectOwnEnd(end);
});
