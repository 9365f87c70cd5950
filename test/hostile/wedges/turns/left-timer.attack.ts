import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a timer left behind when the hook has answered",
  inHook: `
    setTimeout(() => { for (;;); }, 300);
    return true;`,
  ends: ["ok", null],
  why: "nothing of a call goes on after its answer but what waitUntil keeps",
};
