import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "Symbol.toPrimitive",
  inHook: 'return "" + { [Symbol.toPrimitive]() { for (;;); } };',
  ends: "wedge",
  why: "an operator runs code",
};
