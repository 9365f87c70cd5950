// What the watchdog tells, of a runtime whose processes this test ends in words alone.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { RuntimeEnd, RuntimeProcesses } from "../../../../cli/runtime/runtime-processes.ts";
import { type Incident, Watchdog } from "../../../../cli/runtime/watchdog/watchdog.ts";

const RUN = { site: "demo", plugin: "bomb", hook: "renderHtml" };

let server: Server;
let watchdog: Watchdog;
let kills: number;
let endProcess: (end: RuntimeEnd) => void;
let recovered: Incident[];

beforeEach(async () => {
  kills = 0;
  recovered = [];
  server = createServer((_request, response) => response.end("{}"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const processes: RuntimeProcesses = {
    pids: () => [],
    kill: () => {
      kills += 1;
    },
    onEnd: (listener) => {
      endProcess = listener;
    },
    release: () => undefined,
  };
  watchdog = new Watchdog();
  watchdog.onRecovery((incident) => recovered.push(incident));
  watchdog.watch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, processes);
});
afterEach(() => {
  watchdog.stop();
  server.close();
});

const crash = () => endProcess({ code: null, signal: "SIGABRT" });
const toldOf = (count: number) => expect.poll(() => recovered.length).toBe(count);

/** A runtime that has wedged once, and in which the plugin is at work. */
async function beginWatched(): Promise<void> {
  crash();
  await toldOf(1);
  expect(await watchdog.answer("/begin", { ...RUN, waitMs: 1_000 })).toMatchObject({ verdict: "go" });
}

it("tells who ended the process, once it is there again", async () => {
  await beginWatched();
  crash();
  await toldOf(2);
  expect(recovered[1]).toMatchObject({ trouble: "ended", judgement: { culprits: [RUN] } });
  expect(kills).toBe(2);
});

it("forgets no culprit when the next process ends before it has answered", async () => {
  await beginWatched();
  crash();
  crash();
  await toldOf(3);
  expect(recovered.map(({ judgement }) => judgement?.culprits)).toEqual([[], [RUN], []]);
});

it("blames nobody for a process that something else ended, and forgets what ran in it", async () => {
  await beginWatched();
  endProcess({ code: null, signal: "SIGKILL" });
  await toldOf(2);
  expect(recovered[1]).toEqual({ trouble: "killed", judgement: null });
  crash();
  await toldOf(3);
  expect(recovered[2]?.judgement).toEqual({ culprits: [], suspects: [] });
});

it("forgets what ran in a process that something else ended before it answered", async () => {
  await beginWatched();
  crash();
  await watchdog.answer("/begin", { ...RUN, plugin: "innocent", waitMs: 1_000 });
  endProcess({ code: null, signal: "SIGKILL" });
  crash();
  await expect.poll(() => recovered.flatMap(({ judgement }) => judgement?.culprits ?? [])).toEqual([RUN]);
});
