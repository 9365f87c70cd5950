// What a plugin keeps, from its first key to the last trace of it: export, uninstall with the data kept, delete.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, it } from "vitest";
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
import { PAGE, writePlugin } from "./fixtures.ts";

const KEEPER = `  async beforePublish({ data, api }) {
    await api.kv.put("checked/" + data.pageId, "kept-in-a-key", { metadata: { slug: data.slug } });
    await api.db.exec("CREATE TABLE IF NOT EXISTS checked (page TEXT, bytes BLOB)");
    await api.db.prepare("INSERT INTO checked VALUES (?, ?)").bind(data.pageId, new Uint8Array([1, 2])).run();
    return true;
  },`;
const SCOPES = ["hook:beforePublish", "write:kv", "use:db"].map((scope) => ({
  scope,
  reason: "it is tested",
}));

let place: Workplace;
let server: Server;
let emgate: ReturnType<typeof makeCommand>;

beforeAll(async () => {
  place = makeWorkplace();
  place.write("event.json", PAGE);
  writePlugin(place, "keeper", KEEPER, { scopes: SCOPES });
  server = await startServer(["--port", String(await findFreePort())], { cwd: place.path });
  emgate = makeCommand(place, readOperatorToken(place));
});
afterAll(async () => {
  await server.stop();
  place.remove();
});

const at = ["keeper", "--site", "kept"];
const linesOf = (text: string) =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

it("is exported, kept through an uninstall, exported again, erased, and nowhere any more", async () => {
  await emgate("sites", "create", "kept");
  await emgate("install", "./keeper", "--site", "kept");
  await emgate("grant", ...at, "--yes");
  expect(await emgate("hook", "beforePublish", "--site", "kept", "--event", "event.json")).toMatchObject({
    status: 0,
  });
  expect((await emgate("data", "list", "--site", "kept")).json).toMatchObject([
    { plugin: "keeper", major: 1, status: "in-use", keys: 1, counted: true, until: null },
  ]);

  expect(await emgate("data", "export", ...at, "--out", "first.jsonl")).toMatchObject({
    status: 0,
    json: { file: "first.jsonl", keys: 1, rows: 1, unreadable: 0 },
  });
  const file = join(place.path, "first.jsonl");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const kept = [
    {
      kind: "key",
      key: "checked/p1",
      encoding: "text",
      value: "kept-in-a-key",
      metadata: { slug: PAGE.slug },
    },
    { kind: "schema", type: "table", name: "checked", sql: "CREATE TABLE checked (page TEXT, bytes BLOB)" },
    { kind: "table", table: "checked", columns: ["page", "bytes"] },
    { kind: "row", table: "checked", values: ["p1", { base64: "AQI=" }] },
    { kind: "end", keys: 1, rows: 1, unreadable: 0 },
  ];
  expect(linesOf(readFileSync(file, "utf8"))).toEqual([expect.objectContaining({ kind: "state" }), ...kept]);
  expect(await emgate("data", "export", ...at, "--out", "first.jsonl")).toMatchObject({
    status: 1,
    json: { error: { code: "CONFLICT" } },
  });
  expect(await emgate("data", "export", "nobody", "--site", "kept", "--out", "none.jsonl")).toMatchObject({
    status: 1,
    json: { error: { code: "NOT_FOUND" } },
  });
  expect(readdirSync(place.path).filter((name) => name.includes("none"))).toEqual([]);

  expect(await emgate("data", "delete", ...at, "--yes")).toMatchObject({
    status: 1,
    json: { error: { code: "CONFLICT" } },
  });
  expect((await emgate("uninstall", ...at, "--keep-data", "91d", "--yes")).status).toBe(64);
  expect(await emgate("uninstall", ...at, "--keep-data", "30d", "--yes")).toMatchObject({ status: 0 });
  const again = await runEmgate(["data", "export", ...at], { cwd: place.path });
  expect(again.status).toBe(0);
  expect(linesOf(again.out)).toEqual([expect.objectContaining({ kind: "state", status: "kept" }), ...kept]);

  expect((await emgate("data", "delete", ...at)).status).toBe(64);
  expect(await emgate("data", "delete", ...at, "--yes", "--reason", "the owner asked")).toMatchObject({
    status: 0,
    json: { plugin: "keeper", majors: [1], keys: 1, databases: 1, isComplete: true },
  });
  const audit = await runEmgate(["audit", "--site", "kept", "--plugin", "keeper", "--json"], {
    cwd: place.path,
  });
  const actions = linesOf(audit.out).map(({ action }) => action);
  expect(actions.filter((action) => action === "export" || action === "erase")).toEqual([
    "export",
    "export",
    "erase",
  ]);

  await server.stop();
  const storage = join(place.path, ".emgate", "storage");
  expect(rowsOf(storage, "_mf_entries", "key").filter((key) => key.includes("/keeper/"))).toEqual([]);
  expect(rowsOf(storage, "sqlite_master", "name")).not.toContain("checked");
});

/** A column of a table, over all databases of the local runtime that have it. */
function rowsOf(folder: string, table: string, column: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".sqlite"),
  );
  expect(files.length).toBeGreaterThan(3);
  return files.flatMap((name) => {
    const path = join(folder, name);
    if (!existsSync(path)) return [];
    const database = new DatabaseSync(path);
    try {
      const has = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = ?").get(table);
      if (has === undefined && table !== "sqlite_master") return [];
      return database
        .prepare(`SELECT "${column}" AS value FROM "${table}"`)
        .all()
        .map((row) => String(row.value));
    } finally {
      database.close();
    }
  });
}
