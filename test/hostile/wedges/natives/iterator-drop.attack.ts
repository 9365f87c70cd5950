import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "drop(Infinity) of a bound built-in as an iterator",
  inHook: "Iterator.from({ next: Object.bind(null, {}) }).drop(Infinity).next();",
  ends: "wedge",
  why: "there is not one function of the plugin's own in it",
};
