import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a for loop without a condition",
  inHook: "for (;;) {}",
  ends: "wedge",
  why: "the plain form: nothing in workerd ends a computation",
};
