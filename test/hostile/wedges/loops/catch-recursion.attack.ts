import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a recursion that swallows the overflow of the stack",
  inHook: `
    const dive = () => {
      try { dive(); } catch {}
      try { dive(); } catch {}
    };
    dive();`,
  ends: "wedge",
  why: "each of the thousands of frames tries again: two to the power of the stack's depth",
};
