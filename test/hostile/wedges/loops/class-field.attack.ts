import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a field of a class",
  inHook: "new (class { field = (() => { for (;;); })(); })();",
  ends: "wedge",
  why: "it is computed by the constructor, which shows no code",
};
