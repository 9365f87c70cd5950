import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "toJSON of a logged value",
  inHook: "console.log({ toJSON() { for (;;); } });",
  ends: "wedge",
  why: "the shell turns it into text, in the plugin's own isolate",
};
