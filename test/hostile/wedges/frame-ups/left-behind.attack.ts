import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a loop in waitUntil that begins while others run",
  inHook: `
    waitUntil(scheduler.wait(1_500).then(() => { for (;;); }));
    return true;`,
  innocentTakesMs: 4000,
  strikes: 2,
  ends: "wedge",
  why: "nobody is named where another could have done it; the next time each of them runs alone",
};
