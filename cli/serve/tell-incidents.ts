// Tells people what the watchdog does to the served gateway, and its gateway which plugins to switch off.
// Never decides who it was; that is the watchdog's.
import { setTimeout as sleep } from "node:timers/promises";
import { toWireError } from "../../contracts/errors.ts";
import { type PluginRun, troubleTable } from "../../contracts/watchdog.ts";
import type { Gateway, Incident } from "../runtime/index.ts";
import { useAdmin } from "../session/connect-admin.ts";

/** The gateway has just come back, and may be ended again before it has written anything. */
const MAX_TRIES = 5;
const PAUSE_MS = 500;
/** Suspects that are named; on a busy server many plugins are at work. */
const MAX_NAMED = 20;

export function tellIncidents(
  { url, operatorToken, watchdog }: Gateway,
  warn: (message: string) => void,
): void {
  watchdog.onIncident((incident) => warn(describeIncident(incident)));
  watchdog.onRecovery(async ({ trouble, judgement }) => {
    const { culprits = [], suspects = [] } = judgement ?? {};
    const incident = { trouble, culprits: [...culprits], suspects: suspects.slice(0, MAX_NAMED) };
    try {
      await tryOften(() =>
        useAdmin({ url, token: operatorToken }, (admin) => admin.reportIncident(incident)),
      );
    } catch (thrown) {
      warn(`what the watchdog did could not be written down: ${toWireError(thrown).message}`);
    } finally {
      // From here on the site's state decides; a plugin that is not off there is stopped anew the next time.
      for (const culprit of culprits) watchdog.settle(culprit);
    }
  });
}

async function tryOften(work: () => Promise<unknown>): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    try {
      await work();
      return;
    } catch (thrown) {
      if (tried >= MAX_TRIES) throw thrown;
      await sleep(PAUSE_MS, undefined, { ref: false });
    }
  }
}

function describeIncident({ trouble, judgement }: Incident): string {
  const { text, code } = troubleTable[trouble];
  if (code === null) return `the runtime ${text}; it is started anew`;
  const { culprits = [], suspects = [] } = judgement ?? {};
  if (culprits.length > 0) {
    return `${nameRuns(culprits)} ${text}; it is switched off (${code}), and the runtime started anew`;
  }
  const among = suspects.length > 0 ? `, one of ${nameRuns(suspects)}` : "";
  return `a plugin${among} ${text}; the runtime is started anew, and its plugins are watched for ten minutes`;
}

function nameRuns(runs: readonly PluginRun[]): string {
  return runs.map(({ site, plugin, hook }) => `${plugin} on site ${site} in ${hook}`).join(", ");
}
