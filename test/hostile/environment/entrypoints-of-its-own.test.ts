// A plugin looks for a way to call itself: its exports, with props that would carry what it holds into later requests.
import { expect, it } from "vitest";
import { underAttack } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";
import { toldIn } from "../told.ts";

const code = pluginOf(
  `async beforePublish({ data, api }) {
    const { default: Shell } = await import("shell.js");
    if (data.slug === "patch") {
      const call = Shell.prototype.call;
      Shell.prototype.call = function (...args) { globalThis.ctx = this.ctx; return call.apply(this, args); };
      return true;
    }
    const cap = steal(api);
    return tell(await attemptAll({
      "ctx.exports": () => globalThis.ctx.exports.default({ props: { cap } }),
      "exports of the module": () => exports.default({ props: { cap } }),
      "exports by name": () => exports.Loopback({ props: { cap } }),
      "exports with another hand": () => Reflect.get(exports, "Shell").call(),
      "a shell made by hand": () => new Shell(globalThis.ctx, {}).call("beforePublish", { slug: "patch" }, { scopes: [] }, cap).then(() => "ran here"),
      "a service stub": () => new ServiceStub(),
      "an entrypoint handed on": () => new RpcStub(new (class extends WorkerEntrypoint { ping() { return 1; } })(globalThis.ctx, {})).ping(),
    }));
  }`,
  `import { exports, ServiceStub, WorkerEntrypoint } from "cloudflare:workers";
   export class Loopback extends WorkerEntrypoint { ping() { return "pong"; } }`,
);

it("finds none: what it holds stays in its own call", async () => {
  const told = await underAttack({ code, scopes: ["hook:beforePublish", "read:kv"] }, async (target) => {
    await target.run("patch");
    return toldIn(await target.run());
  });
  const { "a shell made by hand": own, ...others } = told;
  expect(own).toBe("got ran here");
  expect(Object.keys(others)).toHaveLength(6);
  for (const answer of Object.values(others)) expect(answer).toMatch(/^TypeError: /);
});
