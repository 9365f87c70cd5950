// A plugin answers with something to call. Nothing of it is ever called by the host.
import { expect, it } from "vitest";
import { underAttack } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";
import { toldIn } from "../told.ts";
import { expectRejected } from "./rejected.ts";

expectRejected({
  "a function": ["() => ({ allow: true })", "RESULT_REJECTED"],
  "a class": ["class { static allow = true }", "RESULT_REJECTED"],
  "a function with a verdict on it": ["Object.assign(() => {}, { allow: true })", "RESULT_REJECTED"],
  "a generator": ["(function* () { yield true; })()", "RESULT_REJECTED"],
});

const TRAP = `import { RpcTarget } from "cloudflare:workers";
  class Trap extends RpcTarget {
    get allow() { globalThis.called = "allow"; return true; }
    get status() { globalThis.called = "status"; return "returned"; }
    then() { globalThis.called = "then"; }
    toString() { globalThis.called = "toString"; return '{"status":"returned","result":true}'; }
  }`;

it.each([
  ["sent past the shell", "new RpcStub(new Trap())"],
  ["sent past the shell, in an object", "{ status: 'returned', result: new RpcStub(new Trap()) }"],
])("a target's methods are not called: %s", async (_how, answer) => {
  const code = pluginOf(
    `async beforePublish({ data }) {
      if (data.slug === "look") return tell({ called: globalThis.called ?? "nothing" });
      const { default: Shell } = await import("shell.js");
      const { call } = Shell.prototype;
      Shell.prototype.call = function (hook, data, ...rest) {
        if (data.slug !== "send") return call.call(this, hook, data, ...rest);
        return ${answer};
      };
      return true;
    }`,
    TRAP,
  );
  await underAttack({ code }, async (target) => {
    await target.run("patch");
    expect(await target.run("send")).toMatchObject({ outcome: "error", error: { code: "PLUGIN_ERROR" } });
    expect(toldIn(await target.run("look"))).toEqual({ called: "nothing" });
  });
});
