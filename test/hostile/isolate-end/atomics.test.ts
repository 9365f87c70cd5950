// A plugin puts its thread, which is everybody's, to sleep with Atomics.
import { expect, it } from "vitest";
import { attack, underAttack } from "../attack.ts";
import { trying } from "../plugin-text.ts";
import { expectEach, expectOwnFailure } from "../told.ts";

const shared = "new Int32Array(new SharedArrayBuffer(8))";
const sleeps = {
  wait: `Atomics.wait(${shared}, 0, 0)`,
  "wait for a while": `Atomics.wait(${shared}, 0, 0, 10)`,
  "wait on 64 bits": "Atomics.wait(new BigInt64Array(new SharedArrayBuffer(8)), 0, 0n)",
  "wait on memory of WebAssembly":
    "Atomics.wait(new Int32Array(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer), 0, 0)",
};

it("may not", async () => {
  const { told } = await attack({ code: trying(sleeps) });
  expectEach(told, sleeps, /^TypeError: Atomics\.wait cannot be called in this context/);
});

it("waits without holding the thread where it may", async () => {
  const code = `async beforePublish() { await Atomics.waitAsync(${shared}, 0, 0).value; return true; }`;
  await underAttack({ code, manifest: { limits: { timeoutMs: 300 } } }, async (target) => {
    const report = await target.run();
    expect(report.outcome).not.toBe("ok");
    expectOwnFailure(report);
  });
});
