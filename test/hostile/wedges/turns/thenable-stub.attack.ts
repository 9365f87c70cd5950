import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "an answer that is an object of its own with a then",
  inHook: `
    const { RpcTarget } = await import("cloudflare:workers");
    class Lure extends RpcTarget { then() { for (;;); } }
    JSON.stringify = () => new Lure();
    return true;`,
  ends: "wedge",
  why: "the host awaits the answer, which calls it back; the call is not over before that",
};
