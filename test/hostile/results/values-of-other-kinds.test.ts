// A plugin answers with values that JSON has no words for, or other words.
import { expectRejected } from "./rejected.ts";

const CYCLE = "(() => { const it = { allow: true }; it.self = it; return it; })()";

expectRejected({
  "a symbol": ["Symbol.for('allow')", "RESULT_REJECTED"],
  "a BigInt": ["1n", "RESULT_REJECTED"],
  "a BigInt inside": ["{ allow: true, issues: [1n] }", "RESULT_REJECTED"],
  "a cycle": [CYCLE, "RESULT_REJECTED"],
  "a number that is none": ["NaN - 1 + 'x'", "RESULT_REJECTED"],
  "a Map": ["new Map([['allow', true]])", "RESULT_REJECTED"],
  "a Set": ["new Set([true])", "RESULT_REJECTED"],
  "a typed array": ["new Uint8Array([1])", "RESULT_REJECTED"],
  "a buffer": ["new ArrayBuffer(8)", "RESULT_REJECTED"],
  "a boxed boolean inside": ["{ allow: { value: new Boolean(true) } }", "RESULT_REJECTED"],
  "a text": ["'true'", "RESULT_REJECTED"],
  "a sparse array": ["Object.assign([], { 5: true })", "RESULT_REJECTED"],
  "an array of issues with holes": [
    "{ allow: true, issues: [, { severity: 'info', message: 'x' }] }",
    "RESULT_REJECTED",
  ],
});
