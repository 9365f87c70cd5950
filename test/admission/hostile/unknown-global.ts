// Names of the runtime's that nobody can read before they are there.
// What they lead to is not known: a person asks.
import type { HostileTable } from "./table.ts";

export const unknownGlobal: HostileTable = {
  rule: "unknown-global",
  review: {
    "a name out of an event": "globalThis[data.title](data.excerpt);",
    "a name out of an event, constructed": "new globalThis[data.title](data.excerpt);",
    "a name out of a context, under names": "const g = globalThis; const f = g[context.hook]; f(1);",
    "a name by Reflect.get": "Reflect.get(globalThis, data.title)(data.excerpt);",
    "a name by a pattern": "const { [data.title]: f } = globalThis; f(data.excerpt);",
    "a name out of codes that are mapped":
      'globalThis[[102, 101, 116, 99, 104].map((c) => String.fromCharCode(c)).join("")](data.url);',
    "a name that is chosen": 'globalThis[data.isUpdate ? "eval" : "fetch"](data.title);',
    "a name that grows": 'let name = "ev"; name += "al"; globalThis[name](data.title);',
    "a name out of a loop": 'for (const name of ["fetch"]) globalThis[name](data.url);',
    "a name of a copy": "({ ...globalThis })[data.title](data.excerpt);",
    "a name of what a method answers":
      "const o = { g() { return globalThis; } }; o.g()[data.title](data.url);",
    "the entries of all": 'Object.entries(globalThis).find(([name]) => name === "eval")[1](data.title);',
    "the values of all": "Object.values(globalThis).forEach((f) => f(data.title));",
    "the global object in a list": "[globalThis].forEach((g) => g[data.title](data.url));",
    "the global object in an object": "const o = { g: globalThis }; o.g[data.title](data.url);",
    "the global object in a Map": 'new Map([["g", globalThis]]).get("g")[data.title](data.url);',
    "the global object in a closure's argument":
      "[1].map(function () { return this[data.title]; }, globalThis);",
    "the global object by reduce": '["self", "fetch"].reduce((o, k) => o[k], globalThis)(data.url);',
    "a proxy of it": "new Proxy(globalThis, {})[data.title](data.url);",
    "an object that inherits it": "Object.create(globalThis)[data.title](data.url);",
  },
};
