// A plugin throws errors that carry a code: one of ours, none of ours, or something that is no text.
import { expectUntold, SECRET } from "./throwing.ts";

expectUntold({
  "a code of ours": `{ code: "GRANT_EXPIRED", message: "${SECRET}" }`,
  "a code of ours, with details": `Object.assign(new Error("${SECRET}"), { code: "INTERNAL", details: { token: "${SECRET}" } })`,
  "a code that is no text": `{ code: { toString() { return "${SECRET}"; } } }`,
  "a huge code": `{ code: "${SECRET}".repeat(100_000) }`,
  "a getter of code that throws": `{ get code() { throw new Error("${SECRET}"); } }`,
  "a getter of code that lies": `(() => { let turn = 0; return { get code() { return turn++ ? "${SECRET}" : "PERMISSION_DENIED"; } }; })()`,
  "a code of a prototype": "Object.create({ code: 'PERMISSION_DENIED', retry: true })",
  "a code among prototype names": "{ code: '__proto__' }",
  "a proxy that throws at everything": `new Proxy({}, { get() { throw new Error("${SECRET}"); } })`,
});
