// A plugin throws errors whose stack is a trap, or is a text of its own.
import { expectUntold, SECRET } from "./throwing.ts";

expectUntold({
  "a stack that throws": `Object.defineProperty(new Error(), "stack", { get() { throw "${SECRET}"; } })`,
  "a stack of its own": `Object.assign(new Error("x"), { stack: "${SECRET}\\n    at keys (/services/grants/keys.ts:1:1)" })`,
  "a stack that is an object": `Object.assign(new Error("x"), { stack: { toString() { return "${SECRET}"; } } })`,
  "a huge stack": `Object.assign(new Error("x"), { stack: "${SECRET}".repeat(300_000) })`,
  "own properties": `Object.assign(new Error("x"), { secret: "${SECRET}", remote: true, retryable: "${SECRET}" })`,
});
