// A plugin takes `this.env` and `this.ctx` out of the shell, by patching the shell's own call.
import { expect, it } from "vitest";
import { underAttack } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";
import { toldIn } from "../told.ts";

const names = (what: string) =>
  `() => Reflect.ownKeys(${what}).filter((name) => typeof name === "string").sort()`;

const code = pluginOf(`async beforePublish({ data }) {
  if (data.slug === "patch") {
    const { default: Shell } = await import("shell.js");
    const call = Shell.prototype.call;
    Shell.prototype.call = function (...args) { globalThis.shell = this; return call.apply(this, args); };
    return true;
  }
  const { ctx, env } = globalThis.shell;
  return tell(await attemptAll({
    env: ${names("env")},
    props: ${names("ctx.props")},
    exports: () => ctx.exports ?? null,
    storage: () => [ctx.storage, ctx.id, ctx.facets, ctx.container, ctx.version, ctx.access].map((it) => it ?? null),
    "what ctx has": () => { const all = []; for (const name in ctx) all.push(name); return all.sort(); },
    tracing: () => ctx.tracing.getActiveSpan?.() ?? null,
  }));
}`);

it("finds them empty, with nothing to start or store anything by", async () => {
  const told = await underAttack({ code }, async (target) => {
    await target.run("patch");
    return toldIn(await target.run());
  });
  expect(told).toEqual({
    env: "got []",
    props: "got []",
    exports: "got null",
    storage: "got [null,null,null,null,null,null]",
    "what ctx has": expect.stringMatching(/^got \[[^\]]*\]$/),
    tracing: expect.stringMatching(/^(got |TypeError)/),
  });
  const has = JSON.parse(told["what ctx has"]?.slice(4) ?? "") as string[];
  expect(has).toEqual([
    "abort",
    "access",
    "cache",
    "passThroughOnException",
    "props",
    "tracing",
    "waitUntil",
  ]);
});
