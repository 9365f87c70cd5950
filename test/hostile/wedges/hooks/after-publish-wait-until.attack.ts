import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a loop that a delivery left behind",
  hook: "afterPublish",
  inHook: `
    waitUntil(scheduler.wait(300).then(() => { for (;;); }));
    return null;`,
  ends: "wedge",
  why: "the delivery is done when it strikes",
};
