import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a promise that nothing resolves",
  inHook: "await new Promise(() => {});",
  ends: ["timeout", "DEADLINE_EXCEEDED"],
  why: "it computes nothing: the hook's time limit ends the call",
};
