// A plugin's versions with the command, against one real server: what it keeps goes along, stays, and is found again.
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  findFreePort,
  makeCommand,
  makeWorkplace,
  readOperatorToken,
  type Server,
  startServer,
  type Workplace,
} from "./emgate.ts";
import { PAGE, writePlugin } from "./fixtures.ts";

const scopes = ["hook:beforePublish", "read:kv", "write:kv", "use:db"].map((scope) => ({
  scope,
  reason: "r",
}));
const SITE = ["--site", "kept"];

/** Keeps each slug, and says which version it is and all that is kept. */
const KEEP = `  async beforePublish({ data, api, context }) {
    await api.kv.put("slug/" + data.slug, "x");
    await api.db.prepare("INSERT OR REPLACE INTO kept VALUES (?)").bind(data.slug).run();
    const keys = (await api.kv.list()).keys.map(({ name }) => name.slice(5));
    const rows = (await api.db.prepare("SELECT slug FROM kept ORDER BY slug").raw()).flat();
    return { allow: true, issues: [{ severity: "info", message: [context.version, keys, rows].join(" ") }] };
  },`;
const MOVE = `  async migrate({ from, api }) {
    for (const { name } of (await from.kv.list()).keys) await api.kv.put(name, (await from.kv.get(name)) ?? "");
    for (const [slug] of await from.db.prepare("SELECT slug FROM kept").raw()) {
      await api.db.prepare("INSERT OR REPLACE INTO kept VALUES (?)").bind(slug).run();
    }
  },`;
const FAIL = '  async migrate() { throw new Error("no room left"); },';

let place: Workplace;
let server: Server;
let emgate: ReturnType<typeof makeCommand>;

beforeAll(async () => {
  place = makeWorkplace();
  const write = (folder: string, version: string, methods: string) => {
    writePlugin(place, folder, methods, { id: "keeper", version, scopes });
    place.write(
      `${folder}/migrations/0001_kept.sql`,
      "-- What is kept;\nCREATE TABLE kept (slug TEXT PRIMARY KEY);\n",
    );
  };
  write("first", "1.0.0", KEEP);
  write("failing", "2.0.0", KEEP + FAIL);
  write("second", "2.0.1", KEEP + MOVE);
  write("broken", "2.1.0", KEEP);
  place.write("broken/migrations/0002_broken.sql", "INSERT INTO nowhere VALUES (1);");
  server = await startServer(["--port", String(await findFreePort())], { cwd: place.path });
  emgate = makeCommand(place, readOperatorToken(place));
});
afterAll(async () => {
  await server.stop();
  place.remove();
});

/** What the plugin says when this is published: its version, its keys and its rows. */
async function keep(slug: string): Promise<string> {
  place.write("event.json", { ...PAGE, slug });
  const { json } = await emgate("hook", "beforePublish", ...SITE, "--event", "event.json");
  return json.issues[0]?.message;
}

const install = (folder: string) => emgate("install", `./${folder}`, ...SITE);
const grant = () => emgate("grant", "keeper", ...SITE, "--yes");

it("moves what was kept when it is granted, and finds it again on the way back and up again", async () => {
  await emgate("sites", "create", "kept");
  expect(await install("first")).toMatchObject({ status: 0 });
  expect(await grant()).toMatchObject({ status: 0 });
  expect(await keep("a")).toBe("1.0.0 a a");

  expect(await install("failing")).toMatchObject({ status: 2 });
  const failed = await grant();
  expect(failed).toMatchObject({ status: 1, json: { error: { code: "PLUGIN_ERROR" } } });
  expect(failed.error).toContain("keeper 2.0.0 is not live: keeper threw in migrate; 1.0.0 stays");
  expect(failed.error).toContain("  [error] Error: no room left\n");
  expect(await keep("b")).toBe("1.0.0 a,b a,b");

  expect(await install("second")).toMatchObject({ status: 2 });
  expect(await grant()).toMatchObject({ status: 0, json: { version: "2.0.1" } });
  expect(await keep("c")).toBe("2.0.1 a,b,c a,b,c");

  expect(await emgate("rollback", "keeper", ...SITE)).toMatchObject({ status: 64 });
  const back = await emgate("rollback", "keeper", ...SITE, "--reason", "too new", "--yes");
  expect(back).toMatchObject({
    status: 0,
    json: { from: "2.0.1", to: "1.0.0", drainedMs: expect.any(Number) },
  });
  expect(back.error).toContain("keeper 2.0.1 → 1.0.0 on kept, with the grant that it had until ");
  expect(await keep("d")).toBe("1.0.0 a,b,d a,b,d");

  expect(await emgate("update", "keeper", ...SITE)).toMatchObject({ status: 2, json: { to: "2.0.1" } });
  expect(await grant()).toMatchObject({ status: 0 });
  expect(await keep("e")).toBe("2.0.1 a,b,c,d,e a,b,c,d,e");
});

it("says which migration failed, in the database's words, and leaves the version before live", async () => {
  expect(await install("broken")).toMatchObject({ status: 2 });
  const failed = await grant();
  expect(failed).toMatchObject({ status: 1, json: { error: { code: "PLUGIN_ERROR" } } });
  expect(failed.error).toMatch(
    /migration 0002_broken\.sql of keeper 2\.1\.0 failed: D1_ERROR: no such table: nowhere/,
  );
  expect(await keep("f")).toMatch(/^2\.0\.1 /);
});

it("goes back no further than to what was live", async () => {
  await emgate("sites", "create", "new");
  await emgate("install", "keeper", "--site", "new", "--version", "1.0.0");
  await emgate("grant", "keeper", "--site", "new", "--yes");
  expect(await emgate("rollback", "keeper", "--site", "new", "--yes")).toMatchObject({
    status: 1,
    json: { error: { code: "NOT_FOUND" } },
  });
});
