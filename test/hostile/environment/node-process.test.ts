// A plugin asks node:process for the host: its environment, bindings, files and modules.
import { expect, it } from "vitest";
import { attack } from "../attack.ts";
import { trying } from "../plugin-text.ts";

const process = '(await import("node:process")).default';

it("finds a process without anything in it", async () => {
  const { told } = await attack({
    code: trying({
      env: `Object.keys(${process}.env)`,
      "env of the global": "typeof globalThis.process",
      "a module": `["fs", "node:fs", "vm", "net", "child_process"].map(${process}.getBuiltinModule).map((it) => it ?? null)`,
      internals: `["binding", "dlopen", "_linkedBinding", "mainModule", "kill", "chdir", "cwd", "stdout", "memoryUsage", "report"].filter(Object.prototype.hasOwnProperty, ${process})`,
      written: `(${process}.env.EMGATE_KEY = "mine", (await import("cloudflare:workers")).env.EMGATE_KEY ?? null)`,
    }),
  });
  expect(told).toEqual({
    env: "got []",
    "env of the global": "got undefined",
    "a module": "got [null,null,null,null,null]",
    internals: "got []",
    written: "got null",
  });
});
