// A plugin duplicates its stubs, so that the end of the call does not dispose of them.
import { it } from "vitest";
import { expectUseless } from "./keeping.ts";

it.concurrent.each([
  ["a dup", "globalThis.kept = steal(api).dup()"],
  ["a dup of a dup", "globalThis.kept = steal(api).dup().dup()"],
  ["a dup that was used in time", "globalThis.kept = steal(api).dup(); await kept.kv.get('k')"],
  [
    "a stub made of a dup",
    "const twin = steal(api).dup(); globalThis.kept = { kv: { put: (key, value) => twin.kv.put(key, value), get: (key) => twin.kv.get(key) } }",
  ],
])("does nothing in the next call: %s", async (_what, keep) => {
  await expectUseless(keep);
});
