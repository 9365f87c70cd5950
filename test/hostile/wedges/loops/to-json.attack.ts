import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "toJSON of the answer",
  inHook: "return { toJSON() { for (;;); } };",
  ends: "wedge",
  why: "the shell turns the answer into text, in the plugin's own isolate",
};
