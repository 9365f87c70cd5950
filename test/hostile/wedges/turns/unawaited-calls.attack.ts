import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "calls that are not awaited, without end",
  inHook: 'for (;;) api.kv.get("key").catch(() => {});',
  ends: "wedge",
  why: "they wait to be sent when the turn ends",
};
