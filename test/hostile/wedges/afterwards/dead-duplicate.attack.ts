import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a flood on a duplicate of the stub, made in time",
  inHook: `
    const twin = steal(api).dup();
    waitUntil((async () => {
      await scheduler.wait(100);
      for (;;) await twin.kv.get("key").catch(() => {});
    })());
    return true;`,
  ends: "wedge",
  why: "the runtime refuses it without the host and without a turn for others",
};
