import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "an object of its own, as an argument, that the host lets go of",
  inHook: `
    const raw = steal(api);
    const { RpcTarget } = await import("cloudflare:workers");
    class Trap extends RpcTarget { [Symbol.dispose]() { for (;;); } }
    await raw.kv.put("key", new Trap()).catch(() => {});
    return true;`,
  ends: "wedge",
  why: "it is disposed of in the plugin's own isolate, within the call",
};
