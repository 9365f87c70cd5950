// The second Worker and the gateway in one workerd: a core that knows the gateway by its binding alone.
// Installs and grants through /rpc, as the command does.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { newWebSocketRpcSession } from "capnweb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestHarness } from "wrangler";
import type { AdminSession, Root } from "../../contracts/rpc.ts";
import { examplesFolder, loadExample } from "./example.ts";

const OPERATOR_TOKEN = "test-operator-token";
const PLUGINS = ["seo-check", "og-image", "reading-time"];
const root = path.resolve(import.meta.dirname, "../..");

const server = createTestHarness({
  root,
  workers: [
    {
      configPath: "wrangler.toml",
      secrets: {
        EMGATE_KEY: "dGVzdC1vbmx5LWtleS0wMTIzNDU2Nzg5YWJjZGVmMDE",
        // SHA-256 of the token above.
        EMGATE_OPERATOR_SHA256: "21a41ec35ffe053418f5ebab652c9b4cb07a643a9100640d18b635e0df503928",
      },
    },
    { configPath: "examples/core-worker/wrangler.toml" },
  ],
});

describe("core-worker", () => {
  beforeAll(async () => {
    const { url } = await server.listen();
    const rpcUrl = new URL("/rpc", url);
    rpcUrl.protocol = "ws:";
    using gateway = newWebSocketRpcSession<Root>(rpcUrl.href);
    // The operator's token opens an AdminSession; the type cannot know which token it is.
    const session = (await gateway.authenticate(OPERATOR_TOKEN)) as unknown as AdminSession;
    await session.migrate();
    await session.createSite({ site: "demo", name: "Demo", url: "https://demo.example" });
    for (const plugin of PLUGINS) await installExample(session, plugin);
  });

  afterAll(() => server.close());

  const core = () => server.getWorker("emgate-core-worker");

  it("renders its page with the plugins' patches", async () => {
    const response = await core().fetch("http://core.example/hello-workers");
    const html = await response.text();
    expect(response.status).toBe(200);
    expect(html).toContain('<meta property="og:title" content="Hello from another Worker"');
    expect(html).toMatch(/<\/h1><p class="reading-time">1 min read<\/p>/);
  });

  it("publishes what the gate lets through", async () => {
    const response = await core().fetch("http://core.example/hello-workers", { method: "POST" });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ allow: true, refusedBy: [] });
  });

  it("does not publish what the gate refuses", async () => {
    const response = await core().fetch("http://core.example/short", { method: "POST" });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({
      allow: false,
      refusedBy: ["seo-check"],
      issues: [
        { plugin: "seo-check", severity: "error", message: expect.stringContaining("5 of 10") },
        { plugin: "seo-check", severity: "warning", message: expect.stringContaining("29 of 50") },
      ],
    });
  });
});

async function installExample(session: AdminSession, plugin: string): Promise<void> {
  const { code } = await loadExample(plugin);
  const manifest = await readFile(path.join(examplesFolder, plugin, "plugin.json"), "utf8");
  await session.registerVersion({ manifest, code });
  await session.install({ site: "demo", plugin });
  await session.grant({ site: "demo", plugin });
}
