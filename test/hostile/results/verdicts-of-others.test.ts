// A plugin's answer carries what only the gateway writes: another's refusal, an outcome, a trace, a patch in a gate.
import { expectRejected } from "./rejected.ts";

expectRejected({
  "who refused": ["{ allow: true, refusedBy: ['victim'] }", "RESULT_REJECTED"],
  "an outcome": ["{ outcome: 'ok', result: true }", "RESULT_REJECTED"],
  "a trace": ["{ allow: true, trace: { plugins: [] } }", "RESULT_REJECTED"],
  "a shell's answer": ["{ status: 'returned', result: true }", "RESULT_REJECTED"],
  "cache tags": ["{ patch: {}, cacheTags: ['x'] }", "RESULT_REJECTED"],
  "ids of pages that it was not given": ["{ order: ['posts:secret'], appendBody: 5 }", "RESULT_REJECTED"],
});
