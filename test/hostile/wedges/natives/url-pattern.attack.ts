import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a URLPattern with nested repetition",
  inHook:
    'return new URLPattern({ pathname: "/((?:a+)+)$" }).test("https://x.example/" + "a".repeat(60) + "!");',
  ends: "wedge",
  why: "the runtime's own class runs the regular expression",
};
