import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "flat of an array that holds itself twice, sixty levels deep",
  inHook: `
    let fold = [];
    for (let depth = 0; depth < 60; depth += 1) fold = [fold, fold];
    fold.flat(Infinity);`,
  ends: "wedge",
  why: "it visits 2^60 places, all of them empty, and needs no memory",
};
