// A plugin looks for a store that follows asynchronous work, which might lead into another call's or the host's.
import { expect, it } from "vitest";
import { attack } from "../attack.ts";
import { trying } from "../plugin-text.ts";

it("has none, and the runtime's own hooks show no others' work", async () => {
  const { told } = await attack({
    code: trying({
      module: 'import("node:async_hooks")',
      AsyncContext: "new AsyncContext.Variable()",
      tracing: '(await import("cloudflare:workers")).tracing.getActiveSpan?.() ?? null',
      "a span":
        '(await import("cloudflare:workers")).tracing.enterSpan("x", (span) => Object.keys(span ?? {}))',
    }),
  });
  expect(told).toEqual({
    module: expect.stringMatching(/^Error: No such module/),
    AsyncContext: expect.stringMatching(/^ReferenceError/),
    tracing: expect.stringMatching(/^got (null|\{\})$/),
    "a span": expect.stringMatching(/^got \[\]$/),
  });
});
