// `npm start` for real: the demo site with the project's own examples, and what a later start leaves alone.
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { GrantStatus, PluginStatus } from "../../../contracts/rpc.ts";
import {
  findFreePort,
  makeWorkplace,
  runEmgate,
  type Server,
  startServer,
  type Workplace,
} from "./emgate.ts";

const EXAMPLES = join(import.meta.dirname, "../../../examples");
let place: Workplace;
let port: number;
let server: Server | undefined;

beforeAll(async () => {
  place = makeWorkplace();
  port = await findFreePort();
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
});
afterAll(() => place.remove());

async function serveDemo(): Promise<Server> {
  server = await startServer(["--demo", "--port", String(port)], { cwd: place.path });
  return server;
}

async function emgate<T>(...args: string[]): Promise<T> {
  const { out, error, status } = await runEmgate([...args, "--json"], { cwd: place.path });
  expect(status, error).toBe(0);
  return JSON.parse(out);
}

function listExamples(): string[] {
  const folders = readdirSync(EXAMPLES, { recursive: true, encoding: "utf8" });
  const manifests = folders.filter((path) => /^[^/\\]+[/\\]plugin\.json$/.test(path));
  return manifests.map((path) => JSON.parse(readFileSync(join(EXAMPLES, path), "utf8")).id).sort();
}

it("sets up the site with content and every example, installed and granted", async () => {
  const { url, output } = await serveDemo();
  expect(output().error).toBe("");
  const plugins = await emgate<PluginStatus[]>("plugins", "--site", "demo");
  expect(plugins.map(({ plugin }) => plugin).sort()).toEqual(listExamples());
  expect(plugins.filter(({ status }) => status !== "live")).toEqual([]);
  const home = await fetch(`${url}/sites/demo/`);
  expect(home.status).toBe(200);
  expect(await home.text()).toMatch(/<a [^>]*href="[^"]*\/sites\/demo\/[^"]+"/);
});

it("does not grant again what an admin revoked, nor anything else twice", async () => {
  await serveDemo();
  const before = await emgate<GrantStatus[]>("grants", "--site", "demo");
  await emgate("revoke", "seo-check", "--site", "demo");
  await server?.stop();
  await serveDemo();
  const after = await emgate<GrantStatus[]>("grants", "--site", "demo");
  const liveOf = (grants: GrantStatus[]) =>
    grants.filter(({ status }) => status === "live").map(({ jti }) => jti);
  const revoked = before.find(({ plugin }) => plugin === "seo-check")?.jti;
  expect(liveOf(after).sort()).toEqual(
    liveOf(before)
      .filter((jti) => jti !== revoked)
      .sort(),
  );
});

it("repairs a first start that was cut short: keeps what is there, adds what is missing", async () => {
  rmSync(join(place.path, ".emgate/demo.json"));
  const { output } = await serveDemo();
  expect(output().error).toBe("");
  const plugins = await emgate<PluginStatus[]>("plugins", "--site", "demo");
  expect(plugins.map(({ plugin }) => plugin).sort()).toEqual(listExamples());
  const waiting = plugins.filter(({ status }) => status !== "live").map(({ plugin }) => plugin);
  // Revoked in the test before: the server remembers, though the marker is gone.
  expect(waiting).toEqual(["seo-check"]);
});
