import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a default parameter",
  inHook: `
    const spin = () => { for (;;); };
    ((value = spin()) => value)();`,
  ends: "wedge",
  why: "it is computed before the function's own code",
};
