import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "the constructor of a promise as a getter",
  inHook: `
    const promise = Promise.resolve();
    Object.defineProperty(promise, "constructor", { get() { for (;;); } });
    await promise;`,
  ends: "wedge",
  why: "await reads it",
};
