// A plugin keeps the raw stub behind its api.
import { it } from "vitest";
import { expectUseless } from "./keeping.ts";

it.concurrent.each([
  ["as it is", "globalThis.kept = steal(api)"],
  ["after it was used", "globalThis.kept = steal(api); await kept.kv.get('k')"],
])("does nothing in the next call: %s", async (_how, keep) => {
  await expectUseless(keep);
});
