// A plugin throws errors of every class, the runtime's own among them.
import { expectUntold, SECRET } from "./throwing.ts";

expectUntold({
  "an error": `new Error("${SECRET}")`,
  "a class of its own": `new (class EmgateError extends Error { name = "EmgateError"; code = "INTERNAL"; })("${SECRET}")`,
  "an aggregate": `new AggregateError([new Error("${SECRET}")], "${SECRET}")`,
  "a suppressed error": `new SuppressedError(new Error("${SECRET}"), "${SECRET}")`,
  "a DOMException": `new DOMException("${SECRET}", "DataCloneError")`,
  "an abort": `AbortSignal.abort("${SECRET}").reason`,
  "an error of the runtime": "(() => { try { null.x; } catch (error) { return error; } })()",
  "an overflow of the stack":
    "(() => { const deeper = () => deeper(); try { deeper(); } catch (error) { return error; } })()",
});
