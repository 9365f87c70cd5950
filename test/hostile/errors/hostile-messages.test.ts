// A plugin throws errors whose name or message is a trap, or is far too long.
import { expectUntold, SECRET } from "./throwing.ts";

expectUntold({
  "a huge message": `new Error("${SECRET}".repeat(300_000))`,
  "a message that throws": `Object.defineProperty(new Error(), "message", { get() { throw "${SECRET}"; } })`,
  "a message that is an object": `Object.assign(new Error(), { message: { toString() { throw "${SECRET}"; } } })`,
  "a name that throws": `Object.defineProperty(new Error(), "name", { get() { throw "${SECRET}"; } })`,
  "a name of ours": `Object.assign(new Error("${SECRET}"), { name: "PermissionDenied" })`,
  "a huge name": `Object.assign(new Error(), { name: "${SECRET}".repeat(100_000) })`,
  "a toString that throws": `Object.assign(new Error(), { toString() { throw "${SECRET}"; } })`,
  "a text with control characters": `new Error("\\u001b[2J\\u0000\\n${SECRET}")`,
});
