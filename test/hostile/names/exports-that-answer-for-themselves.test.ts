// A plugin's export is a proxy, or has getters: it throws when it is looked at, or is another thing each time.
import { expect, it } from "vitest";
import { expectOwnFailure } from "../told.ts";
import { publishWith } from "./starting.ts";

it("fails like a hook that throws", async () => {
  const reports = await publishWith({
    "a proxy that throws":
      "export default new Proxy({}, { getOwnPropertyDescriptor() { throw 1; }, get() { throw 1; } });",
    "a getter that throws": "export default { get beforePublish() { throw 1; } };",
    "a revoked proxy": "const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); export default proxy;",
    "a getter of a hook that throws":
      "export default { beforePublish: Object.defineProperty(() => true, 'call', { get() { throw 1; } }), get hook() { throw 1; } };",
  });
  expect(reports.slice(0, 3).map(({ error }) => error?.code)).toEqual(Array(3).fill("PLUGIN_ERROR"));
  // Nobody asks a function for its `call`.
  expect(reports[3]).toMatchObject({ outcome: "ok" });
});

it("a list of hooks that changes between two looks ends in an outcome of its own", async () => {
  const reports = await publishWith({
    "a hook that is there once":
      "let looks = 0; export default { get beforePublish() { looks += 1; return looks > 1 ? undefined : () => true; } };",
    "a hook that becomes another":
      "let looks = 0; export default { get beforePublish() { looks += 1; return looks > 1 ? () => false : () => true; } };",
    "a proxy with everything":
      "export default new Proxy({}, { has: () => true, get: () => () => true, getOwnPropertyDescriptor: () => ({ configurable: true, enumerable: true, value: 1 }) });",
    "a proxy that owns one at a time":
      "let looks = 0; export default new Proxy({}, { get: () => () => true, getOwnPropertyDescriptor: () => (looks++ % 2 ? undefined : { configurable: true, value: 1 }) });",
  });
  for (const report of reports) expectOwnFailure(report);
});
