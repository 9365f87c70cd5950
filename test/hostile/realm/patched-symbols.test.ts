// A plugin puts its own functions behind the symbols by which the language asks objects questions.
import { expect, it } from "vitest";
import { type Attacker, attackTogether } from "../attack.ts";

const results: Record<string, [string, string | undefined]> = {
  "toPrimitive on the answer": ["{ allow: true, [Symbol.toPrimitive]: () => 'no' }", undefined],
  "toStringTag on the answer": [
    "{ allow: true, get [Symbol.toStringTag]() { throw new Error('x'); } }",
    undefined,
  ],
  "an iterator on the answer": ["{ allow: true, *[Symbol.iterator]() { yield 1; } }", undefined],
  "species of an array": [
    "{ allow: true, issues: Object.assign([], { constructor: { [Symbol.species]: Map } }) }",
    undefined,
  ],
  "an array that says it is none": [
    "{ allow: true, issues: Object.setPrototypeOf([], { [Symbol.iterator]() { throw new Error('x'); } }) }",
    undefined,
  ],
  "an object that is an instance of everything": [
    "{ allow: new (class { static [Symbol.hasInstance]() { return true; } })() }",
    "RESULT_REJECTED",
  ],
  "a boolean made of an object": ["{ allow: { valueOf: () => true } }", "RESULT_REJECTED"],
};

it("they are not asked: the answer is text like any other", async () => {
  const attackers = Object.entries(results).map(([what, [result]]): [string, Attacker] => [
    what,
    { code: `async beforePublish() { return (${result}); }` },
  ]);
  const reports = await attackTogether(Object.fromEntries(attackers));
  const codes = Object.entries(reports).map(([what, { error }]) => [what, error?.code]);
  expect(codes).toEqual(Object.entries(results).map(([what, [, code]]) => [what, code]));
});
