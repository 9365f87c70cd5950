import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "match with an exec that always finds something",
  inHook: `
    const always = /a/g;
    always.exec = () => [""];
    return "a".match(always).length > 0;`,
  ends: "wedge",
  why: "the built-in loop of match ends when exec finds nothing",
};
