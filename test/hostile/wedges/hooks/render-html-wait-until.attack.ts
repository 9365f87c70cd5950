import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a loop that a visitor's request left behind",
  hook: "renderHtml",
  inHook: `
    waitUntil(scheduler.wait(300).then(() => { for (;;); }));
    return null;`,
  ends: "wedge",
  why: "the page has been sent when it strikes",
};
