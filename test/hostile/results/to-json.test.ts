// A plugin answers with objects that say themselves what they are in JSON.
import { expectRejected } from "./rejected.ts";

expectRejected({
  "a toJSON that throws": ["{ toJSON() { throw new Error('x'); } }", "RESULT_REJECTED"],
  "a toJSON that answers with nothing": ["{ allow: true, toJSON() {} }", "RESULT_REJECTED"],
  "a toJSON that answers with a function": [
    "{ allow: true, toJSON() { return () => true; } }",
    "RESULT_REJECTED",
  ],
  "a toJSON that answers with more of the same": [
    "{ toJSON() { return { a: { toJSON() { return { b: 1 }; } } }; } }",
    "RESULT_REJECTED",
  ],
  "a toJSON of a date": ["new Date(0)", "RESULT_REJECTED"],
  "a toJSON of everything": [
    "Object.defineProperty({ allow: true, more: 1 }, 'toJSON', { value: function () { return { ...this }; } })",
    "RESULT_REJECTED",
  ],
});
