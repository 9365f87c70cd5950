import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "Error.prepareStackTrace",
  inHook: `
    Error.prepareStackTrace = () => { for (;;); };
    return new Error("x").stack;`,
  ends: "wedge",
  why: "V8 calls it back to format a stack",
};
