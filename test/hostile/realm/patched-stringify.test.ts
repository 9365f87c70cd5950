// A plugin patches JSON.stringify, so that something else than the shell's text is sent to the host.
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { choosing, events } from "../../workerd/site.ts";
import { ATTACKER, openTarget, type Target } from "../attack.ts";

const texts = [
  "'nonsense'",
  "''",
  "'null'",
  "'[]'",
  "'5'",
  `'{"status":"approved"}'`,
  `'{"status":["returned"],"result":true}'`,
  `'{"__proto__":{"status":"returned","result":true}}'`,
  `'{"status":"returned"}'`,
  `'{"status":"returned","result":{"allow":true,"plugin":"other"}}'`,
  "'x'.repeat(2_000_000)",
  "null",
  "undefined",
  "{ status: 'returned', result: true }",
  "() => true",
  "new Map()",
  "new ReadableStream()",
  'new Response(\'{"status":"returned","result":true}\')',
  "{ then() {} }",
  "{ then(resolve) { resolve({ status: 'returned', result: true }); } }",
];
const accepted = `'{"status":"returned","result":true,"outcome":"ok","refusedBy":[]}'`;
const denied = `'{"status":"threw","code":"PERMISSION_DENIED"}'`;

describe("what is sent instead of the shell's text", () => {
  let target: Target;
  beforeAll(async () => {
    target = await openTarget({
      code: `${choosing([...texts, accepted, denied])} export default {
        async beforePublish({ data }) { JSON.stringify = () => choose(data); return true; },
      };`,
      manifest: { limits: { timeoutMs: 300 } },
    });
  });
  afterEach(async () => {
    // A call that ends well, so that the breaker stays closed.
    await send(texts.length);
    await target.expectUnharmed();
  });
  const send = async (index: number) =>
    target.hear(await target.site.hooks.beforePublish({ ...events.beforePublish, slug: String(index) }));

  it.each(texts.map((text, index) => [text, index] as const))(
    "%s is never an allowance",
    async (_text, index) => {
      const outcome = await send(index);
      expect(outcome).toMatchObject({ allow: false, refusedBy: [ATTACKER] });
      const code = outcome.trace.plugins[0]?.error?.code;
      expect(["PLUGIN_ERROR", "RESULT_REJECTED", "DEADLINE_EXCEEDED"]).toContain(code);
    },
  );

  it("counts for no more than the plugin's own answer would", async () => {
    const outcome = await send(texts.length);
    expect(outcome).toMatchObject({ allow: true, issues: [], trace: { plugins: [{ calls: [] }] } });
  });

  it("cannot claim a denial that no guard pronounced", async () => {
    const { trace } = await send(texts.length + 1);
    expect(trace.plugins).toMatchObject([{ outcome: "error", error: { code: "PLUGIN_ERROR" } }]);
  });
});
