// Exported objects that say something else at the second read, or cannot be read at all.
// The gateway takes own keys once; a host that awaits or serialises the object would run these.
import type { HostileTable } from "./table.ts";

const HOOK = "async beforePublish() { return true; }";

export const exportedShape: HostileTable = {
  rule: "exported-shape",
  reject: {
    nothing: "const x = 1;export { x };",
    "no default": `export const plugin = { ${HOOK} };`,
    "an empty object": "export default {};",
    "a number": "export default 1;",
    "a function": "export default async function beforePublish() { return true; }",
    "a class": `export default class { ${HOOK} }`,
    "an instance": `class A { ${HOOK} } export default new A();`,
    "a call's answer": `const make = () => ({ ${HOOK} }); export default make();`,
    "a choice": `export default Math.random() > 0.5 ? { ${HOOK} } : { };`,
    "a getter": "export default { get beforePublish() { return async () => true; } };",
    "a setter": `export default { ${HOOK}, set hook(value) { } };`,
    "a proxy": `export default new Proxy({ ${HOOK} }, {});`,
    "a spread": `const base = { ${HOOK} }; export default { ...base };`,
    "a spread of the global object": `export default { ...globalThis, ${HOOK} };`,
    "an own then": `export default { ${HOOK}, then(resolve) { resolve(1); } };`,
    "an own then as text": `export default { ${HOOK}, "then": () => {} };`,
    "an own then, escaped": `export default { ${HOOK}, th\\u0065n() {} };`,
    "an own toJSON": `export default { ${HOOK}, toJSON() { return {}; } };`,
    "an own __proto__": `export default { ${HOOK}, __proto__: { then() {} } };`,
    "an own constructor": `export default { ${HOOK}, constructor() {} };`,
    "an own valueOf": `export default { ${HOOK}, valueOf() { return 1; } };`,
    "a key made while it starts": `export default { ${HOOK}, [Date.now() % 2 ? "then" : "hook"]: () => {} };`,
    "a symbol": `export default { ${HOOK}, [Symbol.toPrimitive]() { return 1; } };`,
    "a generator": "export default { *beforePublish() { yield true; } };",
    "a key that is no hook": `export default { ${HOOK}, beforeUnpublish() {} };`,
    "the same key twice": `export default { ${HOOK}, beforePublish: async () => false };`,
    "a hook that is a number": "export default { beforePublish: 1 };",
    "a hook that is a call's answer": "export default { beforePublish: (() => async () => true)() };",
    "a hook that is bound": "function f() {} export default { beforePublish: f.bind(null) };",
    "a hook that is chosen":
      "const f = () => {}, g = () => {}; export default { beforePublish: Date.now() ? f : g };",
    "a hook that is a class": "export default { beforePublish: class {} };",
    "a hook that is set again":
      "let f = async () => true; f = async () => false; export default { beforePublish: f };",
    "an export of a name that is set again": `let p = { ${HOOK} }; export { p as default }; p = { };`,
    "an export of a var that is declared twice": `var p = { ${HOOK} }; var p = 1; export { p as default };`,
    "an export of a name that a function sets": `let p = { ${HOOK} }; export { p as default }; export function f() { p = null; }`,
    "an export of a name that a pattern sets": `let p = { ${HOOK} }; [p] = [{}]; export { p as default };`,
    "a member that is set later": `const p = { ${HOOK} }; p.then = () => {}; export default p;`,
    "a member that is set by a text": `const p = { ${HOOK} }; p["th" + "en"] = () => {}; export default p;`,
    "a member that a hook sets":
      "const p = { async beforePublish() { p.beforePublish = null; return true; } }; export default p;",
    "a member that `this` sets":
      "export default { async beforePublish() { this.then = () => {}; return true; } };",
    "a member under another name": `const p = { ${HOOK} }; const q = p; q.then = () => {}; export default p;`,
    "a member that is deleted": `const p = { ${HOOK} }; delete p.beforePublish; export default p;`,
    "a member that is defined": `const p = { ${HOOK} }; Object.defineProperty(p, "then", { get() {} }); export default p;`,
    "members that are assigned": `const p = { ${HOOK} }; Object.assign(p, { then() {} }); export default p;`,
    "a prototype that is set": `const p = { ${HOOK} }; Object.setPrototypeOf(p, { then() {} }); export default p;`,
    "a prototype that is written": `const p = { ${HOOK} }; p.__proto__ = { then() {} }; export default p;`,
    "a getter that is defined": `const p = { ${HOOK} }; p.__defineGetter__("then", () => 1); export default p;`,
    "a member of the frozen one": `const p = { ${HOOK} }; const q = Object.freeze(p); p.then = 1; export default q;`,
    "a function that the object is handed to": `const p = { ${HOOK} }; const add = (o) => { o.then = () => {}; }; add(p); export default p;`,
  },
};
