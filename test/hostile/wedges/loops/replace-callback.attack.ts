import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a callback of replace",
  inHook: '"x".replace(/x/, () => { for (;;); });',
  ends: "wedge",
  why: "the engine of regular expressions calls it back",
};
