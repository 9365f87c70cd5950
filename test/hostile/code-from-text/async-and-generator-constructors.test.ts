// A plugin compiles text with the constructors that no global names: of async functions and generators.
import { it } from "vitest";
import { attack } from "../attack.ts";
import { trying, tryingAtStart } from "../plugin-text.ts";
import { expectEach } from "../told.ts";

const spellings = {
  "an async function": '(async () => {}).constructor("return 1")()',
  "a generator": '(function* () {}).constructor("yield 1")().next().value',
  "an async generator": '(async function* () {}).constructor("yield 1")().next()',
  "by its prototype": 'Object.getPrototypeOf(async () => {}).constructor("return 1")()',
  "Reflect.construct": 'Reflect.construct((async () => {}).constructor, ["return 1"])()',
};

it.each([
  ["while it starts", tryingAtStart(spellings)],
  ["in a hook", trying(spellings)],
])("compiles no text %s", async (_when, code) => {
  const { told } = await attack({ code });
  expectEach(told, spellings, /^EvalError: Code generation from strings disallowed/);
});
