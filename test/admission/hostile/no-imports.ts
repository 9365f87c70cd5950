// Whatever loads code from beside the bundle.
// The specifier does not matter: the syntax is refused.
import type { HostileTable } from "./table.ts";

const PLUGIN = "export default { async beforePublish() { return true; } };";

export const noImports: HostileTable = {
  rule: "no-imports",
  reject: {
    "an import of a package": `import x from "left-pad"; ${PLUGIN}`,
    "an import for its effect": `import "./side.js"; ${PLUGIN}`,
    "an import of everything": `import * as all from "cloudflare:workers"; ${PLUGIN}`,
    "an import of Node's": `import { readFile } from "node:fs"; ${PLUGIN}`,
    "an import from a URL": `import x from "https://evil.example/x.js"; ${PLUGIN}`,
    "an import with attributes": `import x from "./x.json" with { type: "json" }; ${PLUGIN}`,
    "a keyword with no space behind": `import{env}from"cloudflare:workers";${PLUGIN}`,
    "a re-export": `export { x } from "./x.js"; ${PLUGIN}`,
    "a re-export as default": 'export { default } from "./x.js";',
    "a re-export of everything": `export * from "./x.js"; ${PLUGIN}`,
    "a re-export under a name": `export * as x from "./x.js"; ${PLUGIN}`,
    "a dynamic import": 'await import("cloudflare:workers");',
    "a dynamic import of a template": "await import(`cloudflare:$" + "{'workers'}`);",
    "a dynamic import of parts": 'await import("cloud" + "flare:" + "workers");',
    "a dynamic import of what an event says": "await import(data.title);",
    "a dynamic import of a data: URL": 'await import("data:text/javascript,export default 1");',
    "a dynamic import with a comment in it": 'await import/* a */("x");',
    "a dynamic import as a value": 'const load = (name) => import(name); await load("x");',
    "a dynamic import in a class": 'class A { x = import("x"); } new A();',
    "import.meta": "return import.meta.url !== data.url;",
    "import.meta in a default": "const f = (meta = import.meta) => meta; f();",
  },
};
