// A plugin throws errors with causes: secrets, cycles, chains without an end in sight.
import { expectUntold, SECRET } from "./throwing.ts";

expectUntold({
  "a cause": `new Error("x", { cause: { token: "${SECRET}" } })`,
  "itself for a cause": `(() => { const error = new Error("${SECRET}"); error.cause = error; return error; })()`,
  "10,000 causes": `(() => { let error = new Error("${SECRET}"); for (let n = 0; n < 10_000; n += 1) error = new Error("x", { cause: error }); return error; })()`,
  "a cause that throws": `Object.defineProperty(new Error("x"), "cause", { get() { throw "${SECRET}"; } })`,
  "a stub for a cause": `new Error("x", { cause: () => "${SECRET}" })`,
});
