import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "join of the longest sparse array",
  inHook: "Array(2 ** 32 - 1).join();",
  ends: ["error", "PLUGIN_ERROR"],
  why: "the text would be too long, which is found before it is made",
};
