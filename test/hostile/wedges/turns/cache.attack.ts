import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a flood of reads of the cache",
  inHook: 'for (;;) await caches.default.match("https://example.com/").catch(() => {});',
  ends: "wedge",
  why: "they are refused at once, without a turn for others",
};
