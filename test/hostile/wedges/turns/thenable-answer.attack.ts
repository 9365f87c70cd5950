import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "an answer that is resolved with itself",
  inHook: "return { then(resolve) { resolve(this); } };",
  ends: "wedge",
  why: "to resolve it takes one microtask more each time",
};
