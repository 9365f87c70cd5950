import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "an end of the process while others run",
  inHook: `
    await scheduler.wait(700);
    Array.prototype.sort.call({ length: 2 ** 53 - 1 });`,
  innocentTakesMs: 2500,
  strikes: 2,
  ends: "crash",
  why: "nobody is named where another could have done it; the next time each of them runs alone",
};
