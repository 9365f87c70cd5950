// A plugin compiles text with the constructors that no global names: of async functions and generators.
import { it } from "vitest";
import { expectNoneCompiled, WHEN } from "./compiling.ts";

const spellings = {
  "an async function": '(async () => {}).constructor("return 1")()',
  "a generator": '(function* () {}).constructor("yield 1")().next().value',
  "an async generator": '(async function* () {}).constructor("yield 1")().next()',
  "by its prototype": 'Object.getPrototypeOf(async () => {}).constructor("return 1")()',
  "Reflect.construct": 'Reflect.construct((async () => {}).constructor, ["return 1"])()',
};

it.each(WHEN)("compiles no text %s", (when) => expectNoneCompiled(when, spellings));
