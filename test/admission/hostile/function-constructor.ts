// Ways to a function constructor that do not name it.
// A person asks what they are for; the isolate makes nothing of them.
import type { HostileTable } from "./table.ts";

export const functionConstructor: HostileTable = {
  rule: "function-constructor",
  review: {
    "Function's own": "Function.prototype.constructor(data.title)();",
    "a list's": '[].constructor.constructor("return 1")();',
    "an object's": '({}).constructor.constructor("return 1")();',
    "a text's": '"".constructor.constructor("return 1")();',
    "a number's": '(0).constructor.constructor("return 1")();',
    "an event's": "data.title.constructor.constructor(data.excerpt)();",
    "by texts": 'data["constructor"]["constructor"](data.title)();',
    "by parts": 'data["con" + "structor"]["const" + "ructor"](data.title)();',
    "by a name for the key": 'const c = "constructor"; data[c][c](data.title)();',
    "by names for the steps": "const A = data.constructor; const F = A.constructor; F(data.title)();",
    "by an optional chain": "data?.constructor?.constructor?.(data.title)?.();",
    "of an arrow": "(() => {}).constructor(data.title)();",
    "of a function": "(function () {}).constructor(data.title)();",
    "of a class": "(class {}).constructor(data.title)();",
    "of a named function": "function f() {} f.constructor(data.title)();",
    "of a named arrow": "const f = () => {}; new f.constructor(data.title)();",
    "of an async function's prototype":
      "const A = Object.getPrototypeOf(async () => {}).constructor; new A(data.title)();",
    "of a generator's prototype": "Object.getPrototypeOf(function* () {}).constructor(data.title)().next();",
    "of an async generator, in a pattern":
      "const { constructor: A } = Object.getPrototypeOf(async function* () {}); new A(data.title)();",
    "of a prototype by Reflect": "Reflect.getPrototypeOf(() => {}).constructor(data.title)();",
    "of __proto__": "(() => {}).__proto__.constructor(data.title)();",
    "of a method of the language": "Math.max.constructor(data.title)();",
    "of a list's method": "[].map.constructor(data.title)();",
    "of a text's method": '"".at.constructor(data.title)();',
    "of the gateway's method": "api.log.info.constructor(data.title)();",
    "by a pattern within a pattern": "const { constructor: { constructor: F } } = data; F(data.title)();",
    "by a pattern with computed keys":
      'const { ["constructor"]: { ["constructor"]: F } } = data; F(data.title)();',
    "by two patterns": "const { constructor: A } = data; const { constructor: F } = A; F(data.title)();",
    "by Reflect.get": 'Reflect.get(Reflect.get(data, "constructor"), "constructor")(data.title)();',
    "by a descriptor":
      'Object.getOwnPropertyDescriptor(Function.prototype, "constructor").value(data.title)();',
    "by a key of codes":
      "const c = String.fromCharCode(99, 111, 110, 115, 116, 114, 117, 99, 116, 111, 114); data[c][c](data.title)();",
    "by a key that is turned round":
      'const c = "rotcurtsnoc".split("").reverse().join(""); data[c][c](data.title)();',
    "by the code made of a character": '"".constructor.fromCharCode.constructor(data.title)();',
    "by a parameter": "const f = (x) => x.constructor.constructor; f(data)(data.title)();",
    "by a field": "const o = { C: data.constructor }; o.C.constructor(data.title)();",
    "by reduce over names": '["constructor", "constructor"].reduce((o, k) => o[k], data)(data.title)();',
    "by a loop over names":
      'let o = data; for (const k of ["constructor", "constructor"]) o = o[k]; o(data.title)();',
  },
};
