// A plugin throws what is no error at all.
import { expectUntold, SECRET } from "./throwing.ts";

expectUntold({
  "a text": `"${SECRET}"`,
  null: "null",
  undefined: "undefined",
  "a number": "5",
  "a BigInt": "5n",
  "a function": `() => "${SECRET}"`,
  "a symbol": `Symbol("${SECRET}")`,
  "a promise": `Promise.reject("${SECRET}")`,
  "a thenable": `{ then(resolve) { resolve("${SECRET}"); } }`,
  "a response": `new Response("${SECRET}")`,
  "a stream": `new Response("${SECRET}").body`,
});
