// A plugin compiles bytes with WebAssembly, while it starts and in its hook.
import { expect, it } from "vitest";
import { attack } from "../attack.ts";
import { trying, tryingAtStart } from "../plugin-text.ts";
import { expectEach } from "../told.ts";

const bytes = "new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])"; // the smallest module there is
const spellings = {
  Module: `new WebAssembly.Module(${bytes})`,
  "Module by Reflect": `Reflect.construct(WebAssembly.Module, [${bytes}.buffer])`,
  compile: `WebAssembly.compile(${bytes})`,
  instantiate: `WebAssembly.instantiate(${bytes})`,
};

it.each([
  ["while it starts", tryingAtStart(spellings)],
  ["in a hook", trying(spellings)],
])("compiles no bytes %s", async (_when, code) => {
  const { told } = await attack({ code });
  expectEach(told, spellings, /^CompileError: WebAssembly\..*disallowed by embedder/);
});

it("has no streaming forms to try, and no module to make an instance of", async () => {
  const forms = {
    compileStreaming: 'WebAssembly.compileStreaming(new Response("x"))',
    instantiateStreaming: 'WebAssembly.instantiateStreaming(new Response("x"))',
    Instance: "new WebAssembly.Instance({})",
    "a clone of a module": "structuredClone(Object.create(WebAssembly.Module.prototype)).exports",
  };
  const { told } = await attack({ code: trying(forms) });
  expect(told).toEqual({
    compileStreaming: expect.stringContaining("is not a function"),
    instantiateStreaming: expect.stringContaining("is not a function"),
    Instance: expect.stringMatching(/^TypeError/),
    "a clone of a module": expect.not.stringMatching(/^got \[?object/),
  });
});
