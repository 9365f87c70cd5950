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
  const crashed = new Promise<void>((resolve) => gateway.processes.onEnd(() => resolve()));
  gateway.processes.kill();
  await crashed;
  await expect
    .poll(() => useAdmin(address, (admin) => admin.listSites()).catch(() => []), { timeout: 10_000 })
    .toMatchObject([{ id: site }]);
});
