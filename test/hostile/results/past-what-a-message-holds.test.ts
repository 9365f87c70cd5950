// A plugin answers with more than one message between isolates can hold.
import { it } from "vitest";
import { attack } from "../attack.ts";

it.each([
  ["30 MiB of text", "'x'.repeat(30 * 2 ** 20)", ["rejected", "RESULT_REJECTED"]],
  ["40 MiB of text", "'x'.repeat(40 * 2 ** 20)", ["error", "PLUGIN_ERROR"]],
  [
    "100 MB in parts",
    "Array.from({ length: 100 }, (_, n) => 'x'.repeat(1_000_000) + n)",
    ["error", "PLUGIN_ERROR"],
  ],
] as const)("%s ends its own call", async (_what, answer, ends) => {
  await attack({ code: `async beforePublish() { return { allow: true, note: ${answer} }; }` }, { ends });
});
