// A plugin patches the classes of RPC in its realm, and looks whether the other side has them patched too.
import { expect, it } from "vitest";
import { underAttack } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";
import { refusedIn, saidIn } from "../told.ts";

const patch = `
  import { RpcTarget, RpcPromise, RpcProperty } from "cloudflare:workers";
  const owned = (name) => function () { return { name, get: () => "owned", put() {}, list: () => ({ keys: [] }) }; };
  for (const { prototype } of [RpcStub, RpcTarget, RpcPromise, RpcProperty])
    for (const name of ["then", "pages", "perform", "close", "list", "constructor"])
      try { Object.defineProperty(prototype, name, { configurable: true, writable: true, value: owned(name) }); } catch {}
  Function.prototype.call = function () { return "owned"; };`;

it("finds the gateway's guards as they were", async () => {
  const attacker = {
    code: pluginOf(
      `async beforePublish({ data, api }) {
        if (data.slug === "attack") { try { await api.pages.get("posts:secret"); } catch {} return say("patched"); }
        return say("again");
      }`,
      patch,
    ),
  };
  await underAttack(attacker, async (target) => {
    expect(saidIn(await target.run())).toBe("patched");
    const report = await target.run("again");
    expect([saidIn(report), refusedIn(report)]).toEqual(["again", []]);
  });
});

it("is refused as ever where it calls past its patches", async () => {
  const attacker = {
    code: pluginOf(
      `async beforePublish({ api }) {
        const raw = steal(api);
        return tell({ put: await attempt(() => raw.kv.put("k", "v")), get: await attempt(() => raw.kv.get("secret")) });
      }`,
      "Object.defineProperty(RpcStub.prototype, 'isGranted', { value: () => true });",
    ),
  };
  await underAttack(attacker, async (target) => {
    expect(refusedIn(await target.run())).toEqual(["kv.read.get", "kv.write.put"]);
  });
});
