import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a flood of calls that it was granted",
  inHook: 'for (;;) await api.kv.get("key").catch(() => {});',
  ends: ["timeout", "DEADLINE_EXCEEDED"],
  why: "the host gives others a turn after each few calls, refused ones too",
};
