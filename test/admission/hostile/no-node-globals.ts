// Names of Node.js, Deno and Bun, used as if they were there.
// Asking whether they are is no attack and not in this table.
import type { HostileTable } from "./table.ts";

export const noNodeGlobals: HostileTable = {
  rule: "no-node-globals",
  reject: {
    "the environment": "return process.env.EMGATE_KEY === data.title;",
    "the environment, escaped": "return pr\\u006fcess.env.KEY === data.title;",
    "the environment by a text": 'return process["env"]["KEY"] === data.title;',
    "the environment out of a pattern": "const { env } = process; return env.KEY === data.title;",
    "the environment of the global object": "return globalThis.process.env.KEY === data.title;",
    "the environment by parts": 'return globalThis["pro" + "cess"].env.KEY === data.title;',
    "the environment under a name": "const p = process; return p.env.KEY === data.title;",
    "the process, handed on": "JSON.stringify(process);",
    "the process's end": "process.exit(1);",
    "the process's bindings": 'process.binding("fs");',
    "the process in a closure": "const f = () => process.cwd(); f();",
    require: 'const fs = require("fs"); fs.readFileSync("/etc/passwd");',
    "require of Node's": 'require("node:child_process").execSync("id");',
    "require under a name": 'const r = require; r("fs");',
    "require by call": 'require.call(null, "fs");',
    "require resolved": 'require.resolve("fs");',
    Buffer: 'return Buffer.from(data.title).toString("base64") === "";',
    "Buffer constructed": "new Buffer(10);",
    "Buffer of the global object": "return globalThis.Buffer.from(data.title).length > 0;",
    "a folder's name": "return __dirname === data.title;",
    "a file's name": "return __filename === data.title;",
    Deno: 'Deno.readTextFileSync("/etc/passwd");',
    Bun: 'Bun.file("/etc/passwd");',
    "a guard of another name": 'return typeof window === "undefined" && process.env.KEY === data.title;',
  },
};
