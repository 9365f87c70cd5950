import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a loop in waitUntil, some time after the answer",
  inHook: `
    waitUntil(scheduler.wait(300).then(() => { for (;;); }));
    return true;`,
  ends: "wedge",
  why: "a call is marked until all that it left behind has ended",
};
