import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a getter",
  inHook: `
    const trap = { get value() { for (;;); } };
    return trap.value;`,
  ends: "wedge",
  why: "reading a property runs code",
};
