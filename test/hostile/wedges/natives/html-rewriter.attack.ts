import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a handler of HTMLRewriter",
  inHook: `
    const spin = { element() { for (;;); } };
    return (await new HTMLRewriter().on("p", spin).transform(new Response("<p>")).text()) !== "";`,
  ends: "wedge",
  why: "the runtime's own parser calls it back",
};
