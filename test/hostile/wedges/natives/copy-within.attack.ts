import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "copies within a buffer of half a gigabyte",
  inHook: `
    const bytes = new Uint8Array(2 ** 29);
    for (let turn = 0; turn < 1_000; turn += 1) bytes.copyWithin(1, 0);
    return true;`,
  ends: "wedge",
  why: "a short loop over one machine instruction",
};
