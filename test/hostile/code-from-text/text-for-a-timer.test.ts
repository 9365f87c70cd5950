// A plugin gives text to what calls functions later.
import { it } from "vitest";
import { attack } from "../attack.ts";
import { trying } from "../plugin-text.ts";
import { expectEach } from "../told.ts";

const spellings = {
  setTimeout: 'setTimeout("globalThis.ran = 1", 0)',
  setInterval: 'setInterval("globalThis.ran = 1", 1)',
  queueMicrotask: 'queueMicrotask("globalThis.ran = 1")',
  addEventListener: 'addEventListener("unhandledrejection", "globalThis.ran = 1")',
  "an object that says it is text": 'setTimeout({ toString: () => "globalThis.ran = 1" }, 0)',
};

it("schedules no text", async () => {
  const { told } = await attack({ code: trying(spellings) });
  expectEach(told, spellings, /^TypeError: Failed to execute .* is not of type/);
});
