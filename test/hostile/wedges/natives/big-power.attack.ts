import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "the digits of a large power",
  inHook: "return (7n ** 100_000_000n).toString().length > 0;",
  ends: "wedge",
  why: "arithmetic of 280 million bits",
};
