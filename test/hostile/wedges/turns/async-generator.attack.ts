import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "an asynchronous generator that yields for ever",
  inHook: `
    async function* endless() { for (;;) yield 1; }
    for await (const _ of endless());`,
  ends: "wedge",
  why: "it waits for microtasks alone",
};
