// A plugin looks for a realm in which text may run: workers, frames, shadow realms, virtual machines.
import { it } from "vitest";
import { attack } from "../attack.ts";
import { trying } from "../plugin-text.ts";
import { expectEach } from "../told.ts";

const spellings = {
  ShadowRealm: 'new ShadowRealm().evaluate("1")',
  Worker: 'new Worker("data:text/javascript,1")',
  SharedWorker: 'new SharedWorker("data:text/javascript,1")',
  importScripts: 'importScripts("data:text/javascript,1")',
  document: 'document.createElement("script")',
  require: 'require("vm")',
  "vm's global": 'vm.runInThisContext("1")',
  "the engine's own": "d8.file.execute",
};

it("finds none", async () => {
  const { told } = await attack({ code: trying(spellings) });
  expectEach(told, spellings, /^ReferenceError: /);
});

it("finds no module that has one", async () => {
  const modules = [
    "node:vm",
    "node:worker_threads",
    "node:child_process",
    "node:cluster",
    "node:inspector",
    "node:v8",
  ];
  const more = ["node:repl", "node:module", "workerd:unsafe-eval", "workerd:unsafe", "internal:unsafe-eval"];
  const imports = Object.fromEntries([...modules, ...more].map((name) => [name, `import("${name}")`]));
  const { told } = await attack({ code: trying(imports) });
  expectEach(told, imports, /^Error: No such module/);
});
