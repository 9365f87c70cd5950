import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a getter of the error that it throws",
  inHook: "throw { get code() { for (;;); } };",
  ends: "wedge",
  why: "the shell reads the code of what was thrown, in the plugin's own isolate",
};
