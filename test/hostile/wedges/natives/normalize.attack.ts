import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "normalize of four million combining marks in the wrong order",
  inHook: 'return ("\\u0315".repeat(2e6) + "\\u0300".repeat(2e6)).normalize("NFD").length > 0;',
  ends: "wedge",
  why: "putting them in order takes quadratic time",
};
