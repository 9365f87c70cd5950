// `emgate logs`, `traces` and `recordings` for real: over a restart of the server, and on a site that records.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { KeptLine, KeptTrace, RecordingSummary } from "../../../contracts/journal.ts";
import {
  findFreePort,
  makeCommand,
  makeWorkplace,
  readOperatorToken,
  runEmgate,
  type Server,
  startServer,
  type Workplace,
} from "./emgate.ts";
import { CHECK_TITLE, SEED, writePlugin } from "./fixtures.ts";

const AT = ["--site", "logged"] as const;

let place: Workplace;
let server: Server;
let port: string;
let emgate: ReturnType<typeof makeCommand>;

beforeAll(async () => {
  place = makeWorkplace();
  place.write("seed.json", SEED);
  port = String(await findFreePort());
  await serve();
  emgate = makeCommand(place, readOperatorToken(place));
  const folder = writePlugin(place, "title-check", CHECK_TITLE, {
    scopes: ["hook:beforePublish", "read:pages", "write:kv"].map((scope) => ({ scope, reason: "r" })),
  });
  await emgate("import", "seed.json", ...AT);
  await emgate("install", folder, ...AT);
  await emgate("grant", "title-check", ...AT, "--yes");
});
afterAll(async () => {
  await server.stop("SIGKILL");
  place.remove();
});

async function serve(): Promise<void> {
  server = await startServer(["--port", port], { cwd: place.path });
}

function publish() {
  return emgate("publish", "posts/too-short", ...AT);
}

/** `logs --follow --json` in a process of its own. */
function followLogs() {
  const bin = join(import.meta.dirname, "../../../cli/bin.js");
  const child = spawn(process.execPath, [bin, "logs", ...AT, "--follow", "--json"], { cwd: place.path });
  let [out, error] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    error += text;
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const lines = (): KeptLine[] =>
    out
      .split("\n")
      .filter((text) => text !== "")
      .map((text) => JSON.parse(text));
  return { child, ended, lines, error: () => error };
}

it("follows a log over a restart of the server, each line once, and ends with 0", async () => {
  const following = followLogs();
  const awaitLines = (count: number) =>
    expect.poll(() => following.lines().length, { timeout: 20_000 }).toBe(count);
  await publish();
  await awaitLines(1);
  await server.stop("SIGTERM");
  await expect.poll(following.error, { timeout: 20_000 }).toContain("waiting for it");
  await serve();
  await publish();
  await awaitLines(2);
  await publish();
  await awaitLines(3);
  following.child.kill("SIGINT");
  expect(await following.ended).toBe(0);
  const lines = following.lines();
  expect(new Set(lines.map(({ id }) => id)).size).toBe(3);
  for (const line of lines) {
    expect(line).toMatchObject({
      plugin: "title-check",
      hook: "beforePublish",
      message: "checked posts:post-2",
    });
  }
});

it("shows lines to people and to programs, and what was asked for alone", async () => {
  const shown = await runEmgate(["logs", ...AT, "--limit", "1"], { cwd: place.path });
  expect(shown).toMatchObject({ status: 0, error: "" });
  expect(shown.out).toMatch(
    /^WHEN +LEVEL +PLUGIN +HOOK +LINE\n\S+ +info +title-check +beforePublish +checked/,
  );
  const grave = await runEmgate(["logs", ...AT, "--level", "error"], { cwd: place.path });
  expect(grave).toMatchObject({ status: 0, out: "no lines\n" });
  const since = await runEmgate(["logs", ...AT, "--since", "1h", "--json"], { cwd: place.path });
  expect(since.out.trim().split("\n")).toHaveLength(3);
  const nowhere = await emgate("logs", "--site", "nowhere");
  expect(nowhere).toMatchObject({ status: 1, json: { error: { code: "NOT_FOUND" } } });
  expect(await emgate("logs", ...AT, "--limit", "0")).toMatchObject({ status: 64 });
});

it("shows how calls ended, and what was recorded of them: a local site records", async () => {
  const traced: KeptTrace[] = (await emgate("traces", ...AT)).json.traces;
  expect(traced).toHaveLength(3);
  expect(traced[0]).toMatchObject({
    plugin: "title-check",
    outcome: "ok",
    calls: [{ capability: "kv.write", method: "put", outcome: "ok" }],
  });
  const recorded: RecordingSummary[] = (await emgate("recordings", ...AT)).json.recordings;
  expect(recorded.map(({ invocationId }) => invocationId)).toEqual(
    traced.map(({ invocationId }) => invocationId),
  );
  const { json } = await emgate("recordings", "show", recorded[0]?.invocationId ?? "", ...AT);
  expect(json).toMatchObject({
    event: { pageId: "posts:post-2", title: "Short" },
    calls: [{ capability: "kv.write", method: "put", args: ["last", "posts:post-2", { $: "undefined" }] }],
    result: { allow: false },
  });
  const table = await runEmgate(["traces", ...AT, "--outcome", "ok"], { cwd: place.path });
  expect(table.out).toMatch(/title-check +1\.0\.0 +beforePublish +\d+ +ok .*\n {4}kv\.write\.put ok, \d+ ms/);
  expect((await emgate("recordings", "show", "nothing", ...AT)).json).toMatchObject({
    error: { code: "NOT_FOUND" },
  });
});

it("records no more once the site's policy says so", async () => {
  await emgate("policy", "set", "recordings=off", ...AT);
  await publish();
  await expect
    .poll(async () => (await emgate("traces", ...AT)).json.traces.length, { timeout: 20_000 })
    .toBe(4);
  expect((await emgate("recordings", ...AT)).json.recordings).toHaveLength(3);
});
