// How much does a plugin that floods the gateway delay others, and does its time limit fire on time? Requests to a
// started gateway, while a plugin loops on its key-values and while it does not, in turns.
import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startWorker } from "../../cli/runtime/start-worker.ts";
import { useAdmin } from "../../cli/session/connect-admin.ts";
import type { AdminSession } from "../../contracts/rpc.ts";
import type { Scope } from "../../contracts/scopes.ts";
import { addPlugin } from "../add-plugin.ts";
import { median, quantile } from "../measure.ts";
import { printMachine } from "../print-machine.ts";

const ROUNDS = 8;
/** Milliseconds of a flood, by its plugin's own time limit, and of the quiet before it. */
const LIMIT_MS = 1_000;
/** Milliseconds between two requests. */
const PAUSE_MS = 5;
/** Milliseconds; the promise. */
const TARGET_DELAY_MS = 50;
const [FLOODED, OTHER] = ["flooded", "other"];
/** Of all hooks onSchedule may make the most calls, so it floods longest before it is not answered any more. */
const HOOK = "onSchedule";

/** The plugins that flood: their loops end with nobody's help but the time limit's. */
const floods: Record<string, { readonly scopes: readonly Scope[]; readonly body: string }> = {
  "reads of a key": {
    scopes: ["read:kv"],
    body: `for (;;) await api.kv.get("k").catch(() => {});`,
  },
  "reads that are refused": {
    scopes: [],
    body: `for (;;) await api.kv.get("k").catch(() => {});`,
  },
  // Most of this is Workers KV itself, which runs in the same process here.
  "reads, 100 at once": {
    scopes: ["read:kv"],
    body: `for (;;) await Promise.all(Array.from({ length: 100 }, () => api.kv.get("k").catch(() => {})));`,
  },
};

type Requests = Readonly<Record<string, () => Promise<unknown>>>;
/** Milliseconds of each request, by its name. */
type Times = Record<string, number[]>;

await withGateway(async (url, admin) => {
  printMachine();
  console.log(
    `\nmilliseconds a request, median and p95; target of a loop's delay: at most ${TARGET_DELAY_MS} ms\n`,
  );
  console.log("flood                    others' request        quiet         flooded     delay");
  const requests: Requests = {
    "GET /health": async () => (await fetch(`${url}/health`)).arrayBuffer(),
    "a hook elsewhere": () => runHook(admin, OTHER, "quiet"),
  };
  const fired: Record<string, number[]> = {};
  for (const [index, name] of Object.keys(floods).entries()) {
    const { quiet, flooded, endedMs } = await compareTimes(requests, () =>
      runHook(admin, FLOODED, `flood-${index}`),
    );
    fired[name] = endedMs;
    for (const request of Object.keys(requests)) printRow(name, request, quiet[request], flooded[request]);
  }
  console.log(`\nwhen the flood's time limit of ${LIMIT_MS} ms fired`);
  for (const [name, times] of Object.entries(fired)) {
    console.log(`${name.padEnd(24)} median ${median(times)} ms, last ${Math.max(...times)} ms`);
  }
});

/** The requests one after another, in the quiet and during a flood, in turns. */
async function compareTimes(requests: Requests, flood: () => Promise<{ durationMs: number }>) {
  const [quiet, flooded, endedMs]: [Times, Times, number[]] = [{}, {}, []];
  for (let round = 0; round < ROUNDS; round += 1) {
    await timeUntil(sleep(LIMIT_MS), requests, quiet);
    const flooding = flood();
    // Not before it has begun.
    await sleep(20);
    await timeUntil(flooding, requests, flooded);
    endedMs.push((await flooding).durationMs);
  }
  return { quiet, flooded, endedMs };
}

/** A request that is not answered before the end does not count: it had the quiet to be answered in. */
async function timeUntil(end: Promise<unknown>, requests: Requests, times: Times): Promise<void> {
  let isOver = false;
  void end.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    for (const [name, request] of Object.entries(requests)) {
      const startedMs = performance.now();
      await request();
      times[name] ??= [];
      times[name].push(performance.now() - startedMs);
      await sleep(PAUSE_MS);
    }
  }
}

/** One call of one plugin; a flood must be ended by its time limit and by nothing else. */
async function runHook(admin: AdminSession, site: string, plugin: string) {
  const report = await admin.runHook({ site, plugin, hook: HOOK, event: {} });
  const expected = site === FLOODED ? "timeout" : "ok";
  if (report.outcome !== expected) throw new Error(`${plugin}: ${JSON.stringify(report)}`);
  return report;
}

function printRow(
  flood: string,
  request: string,
  quiet: readonly number[] = [],
  flooded: readonly number[] = [],
) {
  const delayMs = median(flooded) - median(quiet);
  console.log(
    `${flood.padEnd(24)} ${request.padEnd(17)} ${pair(quiet)}  ${pair(flooded)} ${delayMs.toFixed(1).padStart(9)}`,
  );
}

function pair(times: readonly number[]): string {
  return `${median(times).toFixed(1).padStart(6)} ${quantile(times, 0.95).toFixed(1).padStart(6)}`;
}

/** Runs `work` with a gateway of its own, which has all the plugins on it. */
async function withGateway(work: (url: string, admin: AdminSession) => Promise<void>): Promise<void> {
  const persistDir = await mkdtemp(join(tmpdir(), "emgate-bench-"));
  const token = randomBytes(32).toString("base64url");
  const worker = await startWorker({
    port: 0,
    persistDir,
    secrets: {
      EMGATE_KEY: randomBytes(32).toString("base64url"),
      EMGATE_OPERATOR_SHA256: createHash("sha256").update(token).digest("hex"),
    },
  });
  try {
    await useAdmin({ url: worker.url, token }, async (admin) => {
      await admin.migrate();
      for (const site of [FLOODED, OTHER]) await admin.createSite({ site });
      const hookScope = `hook:${HOOK}` as const;
      await addPlugin(admin, OTHER, {
        id: "quiet",
        scopes: [hookScope],
        code: `export default { ${HOOK}() {} };`,
      });
      for (const [index, { scopes, body }] of Object.values(floods).entries()) {
        await addPlugin(admin, FLOODED, {
          id: `flood-${index}`,
          scopes: [hookScope, ...scopes],
          code: `export default { async ${HOOK}({ api }) { ${body} } };`,
          manifest: { limits: { timeoutMs: LIMIT_MS } },
        });
      }
      await work(worker.url, admin);
    });
  } finally {
    await worker.close();
    await rm(persistDir, { recursive: true, force: true });
  }
}
