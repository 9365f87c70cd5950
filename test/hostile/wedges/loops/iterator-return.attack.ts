import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "the return of an iterator that destructuring closes",
  inHook: `
    const closed = { next: () => ({ done: false }), return() { for (;;); } };
    const [first] = { [Symbol.iterator]: () => closed };`,
  ends: "wedge",
  why: "the pattern takes one value and tells the iterator that it is done with it",
};
