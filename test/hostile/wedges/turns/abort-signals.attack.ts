import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "abort signals that lead to the next",
  inHook: `
    const again = () => {
      const controller = new AbortController();
      controller.signal.addEventListener("abort", () => queueMicrotask(again));
      controller.abort();
    };
    again();
    await scheduler.wait(10);`,
  ends: "wedge",
  why: "events are dispatched at once",
};
