import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a continue that names the outer loop",
  inHook: "outer: while (true) { do { continue outer; } while (true); }",
  ends: "wedge",
  why: "no iteration of the inner loop ends, and the outer one has no condition",
};
