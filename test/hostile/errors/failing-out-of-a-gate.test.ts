// A plugin fails at each call, in every way that it has, to be left out of a gate, to be called for ever, or to hold others
// back: a gate goes on refusing, a code of its own excuses nothing, and nobody else waits.
import { expect, it } from "vitest";
import { BREAKER_FAILURES } from "../../../contracts/limits.ts";
import { choosing, events } from "../../workerd/site.ts";
import { ATTACKER, openTarget, type Target } from "../attack.ts";

/** What it does at a call whose page names the way. */
const WAYS = [
  "(() => { throw Object.assign(new Error('u'), { code: 'UNAVAILABLE' }); })()",
  "(() => { throw Object.assign(new Error('c'), { code: 'CONTENT_UNAVAILABLE' }); })()",
  "(() => { throw Object.assign(new Error('r'), { code: 'RATE_LIMITED' }); })()",
  "(() => { throw Object.assign(new Error('d'), { code: 'PERMISSION_DENIED', scope: 'read:kv' }); })()",
  "({ outcome: 'denied', excused: true, error: { code: 'BUSY' } })",
  "new Promise(() => {})",
] as const;

async function openGate(): Promise<Target> {
  return openTarget({
    code: `${choosing(WAYS)} export default { async beforePublish({ data }) { return choose(data); } };`,
    manifest: { limits: { timeoutMs: 200 } },
  });
}

async function publish({ site }: Target, way: number) {
  return site.hooks.beforePublish({ ...events.beforePublish, slug: String(way) });
}

it.each(WAYS.map((way, index) => [way, index] as const))(
  "is held back for %s, and refuses on",
  async (_way, index) => {
    const target = await openGate();
    for (let call = 0; call < 2 * BREAKER_FAILURES; call += 1) {
      const outcome = target.hear(await publish(target, index));
      expect(outcome).toMatchObject({ allow: false, refusedBy: [ATTACKER] });
      const isHeld = outcome.trace.plugins[0]?.error?.code === "BREAKER_OPEN";
      expect(isHeld).toBe(call >= BREAKER_FAILURES);
    }
    await target.expectUnharmed();
  },
);

it("holds nobody back by a try that never ends", async () => {
  const target = await openGate();
  for (let call = 0; call < BREAKER_FAILURES; call += 1) await publish(target, 0);
  await expect
    .poll(async () => (await target.site.state.read()).plugins.some(({ breaker }) => breaker))
    .toBe(true);
  await target.site.writeState("UPDATE breakers SET retry_at = 1");
  const trying = publish(target, WAYS.length - 1);
  await target.expectUnharmed();
  expect(await trying).toMatchObject({ allow: false, trace: { plugins: [{ outcome: "timeout" }] } });
  // A try that failed is told like any failure: the next opening is longer.
  await expect
    .poll(async () => (await target.site.state.read()).plugins.map(({ breaker }) => breaker?.openings))
    .toContain(2);
});
