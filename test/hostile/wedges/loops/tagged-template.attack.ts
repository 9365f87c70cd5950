import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "the tag of a template",
  inHook: `
    const tag = () => { for (;;); };
    return tag\`text\`;`,
  ends: "wedge",
  why: "a literal runs code",
};
