// Admission says in workerd what it says in Node, where the stack is larger: the server checks again what the command
// has checked.
import { expect, it } from "vitest";
import { BOMBS } from "../../admission/bombs/bombs.ts";
import { PLUGINS } from "../../admission/honest/plugins.ts";
import { noCodeFromText } from "../../admission/hostile/no-code-from-text.ts";
import { noDirectNetwork } from "../../admission/hostile/no-direct-network.ts";
import { regularExpression } from "../../admission/hostile/regular-expression.ts";
import { bundleOf, check, manifestOf } from "../../admission/submission.ts";

const MANIFEST = manifestOf("hook:beforePublish", "read:kv", "write:kv", "read:pages");
const DEEP = [
  "nested lists",
  "nested calls of arrows",
  "nested or",
  "one long or",
  "names in a chain, backwards",
];

it("rejects what reaches for eval and the network", async () => {
  for (const code of Object.values({ ...noCodeFromText.reject, ...noDirectNetwork.reject }))
    expect((await check(bundleOf(code))).verdict, code).toBe("reject");
});

it("asks a person about regular expressions without an end", async () => {
  for (const code of Object.values(regularExpression.review ?? {}))
    expect((await check(bundleOf(code))).verdict, code).toBe("review");
});

it("accepts plugins as people write them", async () => {
  for (const [name, code] of Object.entries(PLUGINS))
    expect((await check(code, MANIFEST)).verdict, name).toBe("accept");
});

it.each(DEEP)("has a verdict for %s", async (name) => {
  const { verdict, stages } = await check(BOMBS[name]?.() ?? "");
  expect(["accept", "review", "reject"]).toContain(verdict);
  expect(stages).toHaveLength(4);
});
