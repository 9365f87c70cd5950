import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a finally that takes back the return",
  inHook: "for (;;) try { return true; } finally { continue; }",
  ends: "wedge",
  why: "finally has the last word, so that the answer is never given",
};
