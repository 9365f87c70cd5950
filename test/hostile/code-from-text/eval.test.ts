// A plugin evaluates text, under each name that eval goes by, while it starts and in its hook.
import { it } from "vitest";
import { expectNoneCompiled, WHEN } from "./compiling.ts";

const spellings = {
  eval: 'eval("1 + 1")',
  "indirect eval": '(0, eval)("1 + 1")',
  "eval of the global": 'globalThis["ev" + "al"]("1 + 1")',
  "eval by Reflect": 'Reflect.apply(eval, null, ["1 + 1"])',
  "eval as a callback": '["1 + 1"].map(eval)',
  "eval of what is no text": "eval(5)",
};

it.each(WHEN)("runs no text %s", (when) => expectNoneCompiled(when, spellings));
