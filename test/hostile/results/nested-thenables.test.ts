// A plugin hides thenables inside of its answer, for whoever awaits a part of it.
import { expectRejected } from "./rejected.ts";

expectRejected({
  "among issues": ["{ allow: true, issues: [{ then() {} }] }", "RESULT_REJECTED"],
  "as the verdict": ["{ allow: { then(resolve) { resolve(true); } } }", "RESULT_REJECTED"],
  "as text": ["{ allow: true, issues: [{ severity: 'info', message: { then() {} } }] }", "RESULT_REJECTED"],
  "as a promise": ["{ allow: Promise.resolve(true) }", "RESULT_REJECTED"],
  "as text that says so": ['JSON.parse(\'{"allow": true, "then": "function"}\')', "RESULT_REJECTED"],
});
