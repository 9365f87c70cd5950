// The local gateway as a library: a Worker whose process died comes back with its data.
import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Gateway, startGateway } from "../../../cli/runtime/index.ts";
import { useAdmin } from "../../../cli/session/connect-admin.ts";
import { siteIdSchema } from "../../../contracts/ids.ts";
import { findFreePort } from "../end-to-end/emgate.ts";

const site = siteIdSchema.parse("kept");
let stateDir: string;
let gateway: Gateway;

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), "emgate-gateway-"));
  gateway = await startGateway({ port: await findFreePort(), stateDir });
});
afterAll(async () => {
  await gateway.close();
  rmSync(stateDir, { recursive: true, force: true, maxRetries: 10 });
});

it("comes back on the same address, with what was written, when its process is ended", async () => {
  const address = { url: gateway.url, token: gateway.operatorToken };
  await useAdmin(address, (admin) => admin.createSite({ site }));
  const [pid = 0] = gateway.processes.pids();
  const ended = new Promise((resolve) => gateway.processes.onEnd(resolve));
  process.kill(pid, "SIGKILL");
  expect(await ended).toEqual({ code: null, signal: "SIGKILL" });
  await expect
    .poll(() => useAdmin(address, (admin) => admin.listSites()).catch(() => []), { timeout: 10_000 })
    .toMatchObject([{ id: site }]);
});

it("counts a process that was told to end as gone at once, and starts another", async () => {
  await expect.poll(() => gateway.processes.pids().length, { timeout: 10_000 }).toBe(1);
  const [pid] = gateway.processes.pids();
  const ends: unknown[] = [];
  gateway.processes.onEnd((end) => ends.push(end));
  gateway.processes.kill();
  expect(gateway.processes.pids()).toEqual([]);
  await expect.poll(() => gateway.processes.pids()[0], { timeout: 10_000 }).toBeGreaterThan(0);
  expect(gateway.processes.pids()).not.toContain(pid);
  expect(ends).toEqual([]);
});
