import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a listener left behind when the hook has answered",
  inHook: `
    AbortSignal.timeout(300).addEventListener("abort", () => { for (;;); });
    return true;`,
  ends: ["ok", null],
  why: "nothing of a call goes on after its answer but what waitUntil keeps",
};
