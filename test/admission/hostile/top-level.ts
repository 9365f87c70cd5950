// Work and waiting while the bundle starts.
// A site's visitors wait for it, and no grant is there yet.
import type { HostileTable } from "./table.ts";

const PLUGIN = "export default { async beforePublish() { return true; } };";

export const topLevel: HostileTable = {
  rule: "top-level",
  reject: {
    "an await": `await new Promise(() => {}); ${PLUGIN}`,
    "an await in a block": `{ { await 1; } } ${PLUGIN}`,
    "an await in a loop": `while (true) { await 1; } ${PLUGIN}`,
    "an await in a condition": `if (await 1) { } ${PLUGIN}`,
    "an await in a declaration": `const x = await 1; ${PLUGIN}`,
    "an await in an exported declaration": `export const x = await 1; ${PLUGIN}`,
    "an await in a computed key": `const o = { [await 1]: 1 }; ${PLUGIN}`,
    "an await in a class's computed key": `class A { [await 1] = 1; } ${PLUGIN}`,
    "an await in a class's heritage": `class A extends (await null) {} ${PLUGIN}`,
    "an await in a template": `const x = \`\${await 1}\`; ${PLUGIN}`,
    "a loop that awaits": `for await (const x of []) { } ${PLUGIN}`,
    "an await in the exported object": "export default { beforePublish: await 1 };",
  },
  review: {
    "a timer": `setTimeout(() => {}, 1000); ${PLUGIN}`,
    "an interval under a name": `const every = setInterval; every(() => {}, 10); ${PLUGIN}`,
    "a timer in a static block": `class A { static { setTimeout(() => {}, 1); } } ${PLUGIN}`,
    "a timer in a static field": `class A { static x = setTimeout(() => {}, 1); } ${PLUGIN}`,
    "a timer in a function that is called in place": `(() => { setTimeout(() => {}, 1); })(); ${PLUGIN}`,
  },
};
