// A plugin compiles text with Function, whatever way leads to it, while it starts and in its hook.
import { it } from "vitest";
import { expectNoneCompiled, WHEN } from "./compiling.ts";

const spellings = {
  "new Function": 'new Function("return 1")()',
  "a call of Function": 'Function("return 1")()',
  "another name for it": '(() => { let e = Function; return new e("return 1")(); })()',
  "the constructor of a function": '(() => {}).constructor("return 1")()',
  "the constructor of a method": '[].map.constructor("return 1")()',
  "the constructor of a class": '(class {}).constructor("return 1")()',
  "the constructor of Function": 'Function.prototype.constructor("return 1")()',
  "a subclass": 'new (class extends Function {})("return 1")()',
  "Reflect.construct": 'Reflect.construct(Function, ["return 1"], Object)()',
  "a bound Function": 'Function.bind(null, "return 1")()()',
  "a proxy of Function": 'new (new Proxy(Function, {}))("return 1")()',
};

it.each(WHEN)("compiles no text %s", (when) => expectNoneCompiled(when, spellings));
