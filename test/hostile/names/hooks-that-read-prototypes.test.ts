// A plugin's own hook is named so that objects would find it by accident: `constructor`, `__proto__`, `then`.
import { expect, it } from "vitest";
import { publishWith } from "./starting.ts";

it("is looked for among its own properties alone", async () => {
  const reports = await publishWith({
    "a then":
      "export default { then(resolve) { resolve({ beforePublish: () => false }); }, beforePublish: () => true };",
    "a __proto__": "export default { __proto__: { beforePublish: () => false }, hook: () => true };",
    "an own __proto__": `export default Object.assign(JSON.parse('{"__proto__": {"beforePublish": true}}'), { beforePublish: () => true });`,
    "a constructor": "export default { constructor: () => false, beforePublish: () => true };",
    "a toString": "export default { toString() { throw new Error('x'); }, beforePublish: () => true };",
    "a toPrimitive":
      "export default { [Symbol.toPrimitive]() { throw new Error('x'); }, beforePublish: () => true };",
  });
  for (const report of reports) expect(report).toMatchObject({ outcome: "ok", result: true });
});
