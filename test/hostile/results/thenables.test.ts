// A plugin answers with what `await` takes for a promise.
import { expectRejected } from "./rejected.ts";

expectRejected({
  "a thenable that never settles": ["{ allow: true, then() {} }", "DEADLINE_EXCEEDED"],
  "a thenable that throws": ["{ then() { throw new Error('x'); } }", "PLUGIN_ERROR"],
  "a thenable that resolves to a function": ["{ then(resolve) { resolve(() => true); } }", "RESULT_REJECTED"],
  "a thenable of a thenable that never settles": [
    "{ then(resolve) { resolve({ then() {} }); } }",
    "DEADLINE_EXCEEDED",
  ],
  "a thenable that resolves again and again": [
    "(() => { let turn = 0; const it = { then(resolve) { resolve(turn++ < 1_000 ? it : () => true); } }; return it; })()",
    "RESULT_REJECTED",
  ],
  "a promise that never settles": ["new Promise(() => {})", "DEADLINE_EXCEEDED"],
});
