// The demo over an older state: newer examples come granted and live, and what an admin changed stays changed.
// On a real server, with examples of its own.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Demo, prepareDemo } from "../../../cli/serve/prepare-demo.ts";
import { useAdmin } from "../../../cli/session/connect-admin.ts";
import {
  findFreePort,
  makeWorkplace,
  runEmgate,
  type Server,
  startServer,
  type Workplace,
} from "./emgate.ts";
import { CHECK_TITLE, writePlugin } from "./fixtures.ts";

const EXAMPLES = ["as-it-came", "disabled", "narrowed", "removed", "revoked"];
let place: Workplace;
let server: Server;

beforeAll(async () => {
  place = makeWorkplace();
  server = await startServer(["--port", String(await findFreePort())], { cwd: place.path });
});
afterAll(async () => {
  await server.stop();
  place.remove();
});

/** What a start of the demo does, with every example at `version`; each later one asks for a scope more. */
async function startDemo(version: string, scopes: readonly string[]): Promise<Demo> {
  const declared = scopes.map((scope) => ({ scope, reason: "the test needs it" }));
  for (const name of EXAMPLES) {
    writePlugin(place, `examples/${name}`, CHECK_TITLE, { id: name, version, scopes: declared });
  }
  const session = JSON.parse(readFileSync(join(place.path, ".emgate/session.json"), "utf8"));
  const warnings: string[] = [];
  const demo = await useAdmin(session, (admin) =>
    prepareDemo(admin, {
      stateDir: join(place.path, ".emgate"),
      examplesDir: join(place.path, "examples"),
      warn: (text) => void warnings.push(text),
    }),
  );
  expect(warnings).toEqual([expect.stringContaining("demo.seed.json is missing")]);
  return demo;
}

async function emgate(expected: number, ...args: string[]): Promise<void> {
  const { status, error } = await runEmgate([...args, "--site", "demo"], { cwd: place.path });
  expect(status, error).toBe(expected);
}

function versionsOf({ plugins }: Demo): Record<string, string> {
  return Object.fromEntries(plugins.map(({ plugin, version, status }) => [plugin, `${version} ${status}`]));
}

it("brings newer examples, and overrides nothing that an admin did", async () => {
  const first = await startDemo("1.0.0", ["hook:beforePublish", "read:pages"]);
  expect(versionsOf(first)).toEqual(Object.fromEntries(EXAMPLES.map((name) => [name, "1.0.0 live"])));
  await emgate(0, "disable", "disabled");
  await emgate(0, "grant", "narrowed", "--caveat", "read:pages collections=posts", "--yes");
  await emgate(0, "uninstall", "removed", "--yes");
  await emgate(0, "revoke", "revoked");

  const second = await startDemo("1.1.0", ["hook:beforePublish", "read:pages", "write:kv"]);
  expect(versionsOf(second)).toEqual({
    "as-it-came": "1.1.0 live",
    disabled: "1.0.0 disabled",
    narrowed: "1.0.0 live",
    revoked: "1.0.0 needs-consent",
  });
  expect(second.plugins.find(({ plugin }) => plugin === "as-it-came")?.scopes.granted).toHaveLength(3);

  // Rolled back by the admin: the next start does not come with the same version again.
  await emgate(2, "update", "as-it-came", "--to", "1.0.0");
  await emgate(0, "grant", "as-it-came", "--yes");
  expect(
    versionsOf(await startDemo("1.1.0", ["hook:beforePublish", "read:pages", "write:kv"])),
  ).toMatchObject({
    "as-it-came": "1.0.0 live",
  });
});
