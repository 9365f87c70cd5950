import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a flood on the stub of a call that is over",
  inHook: `
    const raw = steal(api);
    waitUntil((async () => {
      await scheduler.wait(100);
      for (;;) await raw.kv.get("key").catch(() => {});
    })());
    return true;`,
  ends: "wedge",
  why: "the runtime refuses it without the host and without a turn for others",
};
