import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "microtasks in a search",
  hook: "onSearch",
  inHook: "for (;;) await null;",
  ends: "wedge",
  why: "visitors set it off",
};
