// A plugin aborts the stolen context of its own call, or of the call before.
import { expect, it } from "vitest";
import { underAttack } from "../attack.ts";
import { expectOwnFailure } from "../told.ts";

it("fails its own call alone", async () => {
  const code = `export default { async beforePublish({ data }) {
    if (data.slug === "patch") {
      const { default: Shell } = await import("shell.js");
      const call = Shell.prototype.call;
      Shell.prototype.call = function (...args) { globalThis.before = globalThis.ctx; globalThis.ctx = this.ctx; return call.apply(this, args); };
    }
    if (data.slug === "own") globalThis.ctx.abort(new Error("s3cr3t"));
    if (data.slug === "before") globalThis.before.abort(new Error("s3cr3t"));
    if (data.slug === "open") globalThis.ctx.passThroughOnException();
    return true;
  } };`;
  await underAttack({ code, manifest: { limits: { timeoutMs: 500 } } }, async (target) => {
    await target.run("patch");
    for (const word of ["before", "own", "open", "honest", "honest"]) {
      const report = await target.run(word);
      expectOwnFailure(report);
      expect(report.error?.message ?? "").not.toContain("s3cr3t");
    }
    expect(await target.run("honest")).toMatchObject({ outcome: "ok" });
  });
});
