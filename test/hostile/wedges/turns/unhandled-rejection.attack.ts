import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a listener for rejections that nobody handled",
  inHook: `
    addEventListener("unhandledrejection", () => { for (;;); });
    Promise.reject(new Error("x"));
    return true;`,
  ends: "wedge",
  why: "the runtime calls it when the turn is over, before the answer is sent",
};
