// A plugin leaves rejections that nobody handles: many, of every kind, before and after its answer.
import { expect, it } from "vitest";
import { MAX_LOG_LINES } from "../../../contracts/limits.ts";
import { attack } from "../attack.ts";

it("fails nothing but itself, and not even that", async () => {
  const code = `async beforePublish({ api }) {
    for (let n = 0; n < 1_000; n += 1) void Promise.reject(n % 2 ? new Error("s3cr3t " + n) : undefined);
    void Promise.reject(new Proxy({}, { get() { throw new Error("x"); } }));
    setTimeout(() => { throw new Error("s3cr3t later"); }, 5);
    queueMicrotask(() => { throw new Error("s3cr3t soon"); });
    reportError(new Error("s3cr3t reported"));
    await scheduler.wait(20);
    return true;
  }`;
  const { report } = await attack({ code });
  const { logs, ...told } = report;
  expect(JSON.stringify(told)).not.toContain("s3cr3t");
  expect(logs.length).toBeLessThanOrEqual(MAX_LOG_LINES);
  expect(logs[0]).toMatchObject({ level: "error", message: expect.stringMatching(/^Uncaught .*s3cr3t/) });
});

it("is its own affair in a handler of its own", async () => {
  const code = `async beforePublish() {
    addEventListener("unhandledrejection", (event) => { globalThis.seen = String(event.reason); event.promise.then(() => {}, () => {}); throw new Error("in the handler"); });
    void Promise.reject("seen");
    await scheduler.wait(5);
    return say(globalThis.seen);
  }`;
  const { said } = await attack({ code });
  expect(said).toBe("seen");
});
