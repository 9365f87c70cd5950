import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "an answer that is a stream",
  inHook: `
    JSON.stringify = () => new ReadableStream({ pull() { for (;;); } }, { highWaterMark: 0 });
    return true;`,
  ends: "wedge",
  why: "the runtime pulls it to send it, though nobody reads it",
};
