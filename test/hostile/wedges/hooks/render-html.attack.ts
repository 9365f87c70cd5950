import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a loop while a page is built",
  hook: "renderHtml",
  inHook: "for (;;) {}",
  ends: "wedge",
  why: "visitors set it off",
};
