// A plugin has the prototype of its realm say allow, and answers with nothing.
import { expectRejected } from "./rejected.ts";

expectRejected(
  {
    "an empty object": ["{}", "RESULT_REJECTED"],
    "an object without a prototype": ["Object.create(null)", "RESULT_REJECTED"],
    "an object that inherits": ["Object.create({ issues: [] })", "RESULT_REJECTED"],
    "an array": ["[]", "RESULT_REJECTED"],
  },
  "Object.prototype.allow = true; Object.defineProperty(Object.prototype, 'appendBody', { value: '<b>x</b>', configurable: true });",
);
