// A plugin keeps a family's stub, or a method of one, instead of the root.
import { it } from "vitest";
import { expectUseless } from "./keeping.ts";

it.concurrent.each([
  ["the family's promise", "globalThis.kept = { kv: steal(api).kv }"],
  ["the family, awaited", "globalThis.kept = { kv: await steal(api).kv }"],
  [
    "a dup of the family, used in time",
    "const kv = await steal(api).kv; await kv.get('k'); globalThis.kept = { kv: kv.dup() }",
  ],
  ["its methods", "const raw = steal(api); globalThis.kept = { kv: { put: raw.kv.put, get: raw.kv.get } }"],
  [
    "its methods, awaited with it",
    "const kv = await steal(api).kv; globalThis.kept = { kv: { put: kv.put, get: kv.get } }",
  ],
])("does nothing in the next call: %s", async (_what, keep) => {
  await expectUseless(keep);
});
