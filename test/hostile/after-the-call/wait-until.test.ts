// A plugin asks the runtime to wait until its work is done, by the module's waitUntil and the stolen context's.
import { it } from "vitest";
import { expectNothingLands } from "./working-on.ts";

const stealContext = `const { default: Shell } = await import("shell.js");
  const call = Shell.prototype.call;
  Shell.prototype.call = function (...args) { globalThis.shellCtx = this.ctx; return call.apply(this, args); };`;

it.concurrent.each([
  ["of the module", "waitUntil(soon())"],
  ["of the stolen context", `${stealContext} globalThis.shellCtx?.waitUntil(soon())`],
  [
    "of a context kept from the call before",
    `globalThis.before?.waitUntil(soon()); ${stealContext} globalThis.before = globalThis.shellCtx`,
  ],
])("nothing lands: waitUntil %s", async (_whose, start) => {
  await expectNothingLands(start);
});
