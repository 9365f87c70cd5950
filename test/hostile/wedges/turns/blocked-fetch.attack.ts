import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a flood of requests to the network",
  inHook: 'for (;;) await fetch("https://example.com/").catch(() => {});',
  ends: "wedge",
  why: "they are refused at once, without a turn for others",
};
