// `emgate serve` for real: what it prints and keeps, restarts, kills, ports, and stopping.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import {
  findFreePort,
  makeWorkplace,
  runEmgate,
  type Server,
  startServer,
  type Workplace,
} from "./emgate.ts";
import { SEED } from "./fixtures.ts";

let place: Workplace;
let port: number;
let server: Server | undefined;

beforeAll(async () => {
  place = makeWorkplace();
  place.write("seed.json", SEED);
  port = await findFreePort();
});
afterEach(async () => {
  await server?.stop("SIGKILL");
  server = undefined;
});
afterAll(() => place.remove());

async function serve(): Promise<Server> {
  server = await startServer(["--port", String(port)], { cwd: place.path });
  return server;
}

function emgate(...args: string[]) {
  return runEmgate(args, { cwd: place.path });
}

it("prints the address and a sign-in link, and keeps the operator's token out of sight", async () => {
  const { url, output } = await serve();
  expect(url).toBe(`http://localhost:${port}`);
  expect(output().out).toMatch(new RegExp(`Sign in +${url}/#token=\\S{20,}`));
  const path = join(place.path, ".emgate/session.json");
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const session = JSON.parse(readFileSync(path, "utf8"));
  expect(session.url).toBe(url);
  const { out, error } = output();
  expect(out + error).not.toContain(session.token);
  expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ ok: true });
});

it("serves no database to anybody without a token", async () => {
  const { url } = await serve();
  for (const path of ["/cdn-cgi/explorer/", "/cdn-cgi/explorer/api/d1/database", "/cdn-cgi/mf/scheduled"]) {
    expect((await fetch(url + path)).status, path).toBe(404);
  }
});

it("loses nothing at a restart, and stops with 0, quickly", async () => {
  const first = await serve();
  expect(await emgate("import", "seed.json", "--site", "kept")).toMatchObject({ status: 0 });
  const startedAtMs = performance.now();
  expect(await first.stop("SIGTERM")).toBe(0);
  expect(performance.now() - startedAtMs).toBeLessThan(6_000);
  await serve();
  const { out } = await emgate("import", "seed.json", "--site", "kept", "--on-conflict", "skip", "--json");
  expect(JSON.parse(out)).toMatchObject({ created: 0, skipped: 2, siteCreated: false });
});

it("starts again at once after a kill, on the same port and the same state", async () => {
  const first = await serve();
  expect(await emgate("import", "seed.json", "--site", "killed")).toMatchObject({ status: 0 });
  await first.stop("SIGKILL");
  await serve();
  const { out } = await emgate("sites", "list", "--json");
  expect(JSON.parse(out)).toEqual(expect.arrayContaining([expect.objectContaining({ id: "killed" })]));
});

it("leaves no process of the runtime behind, stopped or killed", async () => {
  for (const signal of ["SIGINT", "SIGKILL"] as const) {
    const running = await serve();
    const pids = listChildren(running.process.pid ?? 0);
    expect(pids.length).toBeGreaterThan(0);
    await running.stop(signal);
    await expect.poll(() => pids.filter(isAlive)).toEqual([]);
  }
});

it("says that the port is in use, or the state folder", async () => {
  await serve();
  const samePort = await emgate("serve", "--port", String(port), "--state", "other", "--json");
  expect(samePort.status).toBe(1);
  expect(JSON.parse(samePort.out)).toMatchObject({ error: { code: "CONFLICT" } });
  expect(samePort.error).toContain(`port ${port} is in use`);
  const sameState = await emgate("serve", "--port", String(await findFreePort()));
  expect(sameState.status).toBe(1);
  expect(sameState.error).toContain(`http://localhost:${port}`);
});

it("honours PORT and EMGATE_STATE, for itself and for other commands", async () => {
  const env = { PORT: String(await findFreePort()), EMGATE_STATE: join(place.path, "by-environment") };
  server = await startServer([], { cwd: place.path, env });
  expect(server.url).toBe(`http://localhost:${env.PORT}`);
  expect(existsSync(join(env.EMGATE_STATE, "session.json"))).toBe(true);
  expect(await runEmgate(["sites", "list"], { cwd: "/", env })).toMatchObject({ status: 0 });
  expect(await runEmgate(["serve"], { cwd: place.path, env: { PORT: "http" } })).toMatchObject({
    status: 64,
  });
});

function listChildren(pid: number): number[] {
  const listed = execFileSync("ps", ["-A", "-o", "pid=,ppid=,comm="], { encoding: "utf8" });
  const rows = listed.split("\n").map((line) => line.trim().split(/\s+/));
  return rows.filter(([, parent]) => Number(parent) === pid).map(([child]) => Number(child));
}

/** A zombie that its adopter has not asked about yet runs no more. */
function isAlive(pid: number): boolean {
  try {
    return !execFileSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" }).startsWith("Z");
  } catch {
    return false;
  }
}
