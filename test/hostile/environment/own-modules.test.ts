// A plugin imports the shell and itself again, to change them or to find what they hold.
import { expect, it } from "vitest";
import { attack } from "../attack.ts";
import { trying } from "../plugin-text.ts";

it("finds a class and its own text's exports, which it cannot replace", async () => {
  const { told } = await attack({
    code: trying({
      shell: 'Object.keys(await import("shell.js"))',
      "shell by another path": 'Object.keys(await import("./shell.js"))',
      "what the shell keeps": 'Object.getOwnPropertyNames((await import("shell.js")).default).sort()',
      itself: 'Object.keys(await import("plugin.js"))',
      replaced: '((await import("shell.js")).default = class {}) && "replaced"',
      defined: 'Object.defineProperty(await import("shell.js"), "default", { value: 1 }) && "defined"',
      deleted: 'delete (await import("shell.js")).default && "deleted"',
    }),
  });
  expect(told).toEqual({
    shell: 'got ["default"]',
    "shell by another path": 'got ["default"]',
    "what the shell keeps": 'got ["length","name","prototype"]',
    itself: 'got ["default"]',
    replaced: expect.stringMatching(/^TypeError/),
    defined: expect.stringMatching(/^TypeError/),
    deleted: expect.stringMatching(/^TypeError/),
  });
});
