import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a flood of patches that the host has to check",
  inHook: `
    const patch = { appendBody: "<i>".repeat(16_000) };
    await Promise.all(Array.from({ length: 300 }, () => api.html.transform(patch).catch(() => {})));
    return true;`,
  ends: ["timeout", "DEADLINE_EXCEEDED"],
  why: "it is the host that computes, with turns for others between",
};
