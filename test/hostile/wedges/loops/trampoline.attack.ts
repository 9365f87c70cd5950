import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "functions that hand on the next function",
  inHook: `
    const bounce = () => bounce;
    let next = bounce;
    while ((next = next()));`,
  ends: "wedge",
  why: "it recurses without a stack that could overflow",
};
