// A plugin takes memory, but not so much that the process ends: in texts, buffers, maps, and what it keeps.
import { it } from "vitest";
import { attackTogether } from "../attack.ts";
import { expectOwnFailure } from "../told.ts";

const takes: Record<string, string> = {
  "100 MB of texts":
    "const all = []; for (let n = 0; n < 100; n += 1) all.push(String(n).repeat(1_000_000).slice(0, 1_000_000))",
  "buffers that nobody fills": "const all = Array.from({ length: 8 }, () => new ArrayBuffer(16 * 2 ** 20))",
  "a map of a million": "const all = new Map(); for (let n = 0; n < 1_000_000; n += 1) all.set(n, n)",
  "what is kept for good":
    "globalThis.kept = Array.from({ length: 20 }, (_, n) => new Uint8Array(2 ** 20).fill(n))",
  "100 MB of log lines":
    "for (let n = 0; n < 100; n += 1) { console.log('x'.repeat(1_000_000)); if (n % 10 === 9) await scheduler.wait(0); }",
  "more than there is of one":
    "try { 'x'.repeat(2 ** 30) } catch {} try { new Array(2 ** 32) } catch {} try { new ArrayBuffer(2 ** 53 - 1) } catch {}",
};

it("harms nobody", async () => {
  const attackers = Object.entries(takes).map(([what, take]) => [
    what,
    { code: `async beforePublish() { ${take}; return true; }` },
  ]);
  for (const report of Object.values(await attackTogether(Object.fromEntries(attackers))))
    expectOwnFailure(report);
});
