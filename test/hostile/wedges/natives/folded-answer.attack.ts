import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "an answer that holds itself twice, sixty levels deep",
  inHook: `
    let fold = [];
    for (let depth = 0; depth < 60; depth += 1) fold = [fold, fold];
    return fold;`,
  ends: "wedge",
  why: "its JSON has 2^60 brackets; the shell writes it in the plugin's own isolate",
};
