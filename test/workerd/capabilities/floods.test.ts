// A plugin floods the gateway, each case in its own way, with what it was granted and without. Its time limit ends it,
// and another site is answered meanwhile. Loops end by themselves, late: a failure must not hold up every other test.
import { describe, expect, it } from "vitest";
import { STEAL } from "../../hostile/stolen-stub.ts";
import { events, makeSite } from "../site.ts";

const FLOODS: Record<string, string> = {
  "calls, one by one": `await api.kv.get("k").catch(ignore);`,
  "writes, one by one": `await api.kv.put("k", "v").catch(ignore);`,
  "log lines, one by one": `await raw.log.write([]).catch(ignore);`,
  "reads of a stub, one by one": `await raw.kv.catch(ignore);`,
  "reads of every stub, one by one": `for (const name of ["kv", "pages", "html", "log"]) await raw[name].catch(ignore);`,
  "calls of a stub that was read once": `kept ??= await raw.kv; await kept.get("k").catch(ignore);`,
  "calls, five thousand at once": `await Promise.all(Array.from({ length: 5_000 }, () => api.kv.get("k").catch(ignore)));`,
  "reads, five thousand at once": `await Promise.all(Array.from({ length: 5_000 }, () => raw.kv.catch(ignore)));`,
  "arguments of 30 MiB": `await api.kv.put("k", BIG).catch(ignore);`,
  "reads between calls that nobody awaits": `void kept?.get("k").catch(ignore); kept ??= await raw.kv; await raw.kv.catch(ignore);`,
  "all of it": `void raw.kv.get("k").catch(ignore); void raw.log.write([]).catch(ignore);
    await raw.pages.catch(ignore); await api.kv.get("k").catch(ignore); await api.getPage("p").catch(ignore);`,
};
const BIG = 'const BIG = "x".repeat(30 * 1024 * 1024);';
/** Milliseconds after which a flood ends by itself. */
const FLOOD_MS = 4_000;
/** Milliseconds; thousands of calls take their time to arrive. */
const TIMEOUT_MS = 300;
const LONG_TIMEOUT_MS = 1_000;

const other = { id: "other", code: "async beforePublish() { return true; }" };

/** A hook that floods until it is ended. */
function flooder(flood: string, hook = "beforePublish"): string {
  return `${STEAL}${flood.includes("BIG") ? BIG : ""}
    const ignore = () => {};
    export default { async ${hook}({ api }) {
      const raw = steal(api);
      let kept;
      const endMs = Date.now() + ${FLOOD_MS};
      while (Date.now() < endMs) { ${flood} }
      return true;
    } };`;
}

/** What came of the flood, and how often another site was answered while it went on. */
async function sitOut<T>(flood: Promise<T>): Promise<{ outcome: T; answered: number }> {
  const elsewhere = await makeSite(other);
  let answered = 0;
  let isOver = false;
  const ended = flood.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    expect((await elsewhere.hooks.beforePublish(events.beforePublish)).allow).toBe(true);
    if (!isOver) answered += 1;
    // Awaiting calls alone would be a flood of the test's own.
    await scheduler.wait(5);
  }
  return { outcome: await ended, answered };
}

describe.each([
  ["without a scope", ["hook:beforePublish"]],
  ["with what it uses", ["hook:beforePublish", "read:kv", "write:kv", "read:pages"]],
] as const)("a flood %s", (_scopes, scopes) => {
  it.each(Object.entries(FLOODS))("ends at its time limit, and holds up nobody: %s", async (_what, flood) => {
    const timeoutMs = flood.includes("5_000") ? LONG_TIMEOUT_MS : TIMEOUT_MS;
    const site = await makeSite({ code: flooder(flood), scopes, manifest: { limits: { timeoutMs } } });
    const { outcome, answered } = await sitOut(site.hooks.beforePublish(events.beforePublish));
    expect(outcome.trace.plugins).toMatchObject([
      { outcome: "timeout", error: { code: "DEADLINE_EXCEEDED" } },
    ]);
    expect(answered).toBeGreaterThan(0);
  });
});

describe("a flood that goes on after its hook has answered", () => {
  it("holds up neither the plugin that shares its request nor another site", async () => {
    const loop = flooder(`await api.kv.get("k").catch(ignore);`, "flood");
    const site = await makeSite(
      {
        code: loop.replace(
          "async flood({ api })",
          "async renderHtml({ api }) { void this.flood({ api }); }, async flood({ api })",
        ),
        scopes: ["hook:renderHtml", "read:kv"],
      },
      {
        id: "slow",
        code: "async renderHtml() { await scheduler.wait(200); }",
        scopes: ["hook:renderHtml"],
        manifest: { limits: { timeoutMs: 2_000 } },
      },
    );
    const { outcome, answered } = await sitOut(site.hooks.renderHtml(events.renderHtml));
    expect(outcome.trace.plugins.map(({ outcome }) => outcome)).toEqual(["ok", "ok"]);
    expect(answered).toBeGreaterThan(0);
  });
});
