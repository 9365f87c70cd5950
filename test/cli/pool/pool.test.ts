import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addPoolEntries } from "../../../cli/pool/add-entries.ts";
import { renderPool } from "../../../cli/pool/command.ts";
import type { PoolDatabase } from "../../../contracts/site.ts";
import { plain, runMain } from "../stand-in-io.ts";

const OWN = readFileSync(join(import.meta.dirname, "../../../wrangler.toml"), "utf8");
const bindingsIn = (text: string) =>
  [...text.matchAll(/binding = "(PLUGIN_DB_\d+)"/g)].map(([, name]) => name);

describe("databases added to wrangler.toml", () => {
  it("take the next numbers, and leave every line as it was", () => {
    const { text, added } = addPoolEntries(OWN, 3);
    expect(added.map(({ binding }) => binding)).toEqual(["PLUGIN_DB_17", "PLUGIN_DB_18", "PLUGIN_DB_19"]);
    expect(bindingsIn(text)).toEqual([...bindingsIn(OWN), "PLUGIN_DB_17", "PLUGIN_DB_18", "PLUGIN_DB_19"]);
    const lines = text.split("\n");
    let at = 0;
    for (const line of OWN.split("\n")) {
      at = lines.indexOf(line, at) + 1;
      expect(at, line).toBeGreaterThan(0);
    }
    expect(text).toContain(`[[d1_databases]]
binding = "PLUGIN_DB_17"
database_name = "emgate-plugin-17"
database_id = "00000000-0000-0000-0001-000000000017"

[[d1_databases]]
binding = "PLUGIN_DB_18"`);
    expect(new Set(text.match(/database_id = .*/g)).size).toBe(21);
  });

  it("follow the last one wherever it stands, and what is said above the next table stays with it", () => {
    const head = '# mine\n[[d1_databases]]\nbinding = "PLUGIN_DB_4"\ndatabase_id = "x" # kept\n';
    const tail = '# about KV\n# and more\n[[kv_namespaces]]\nbinding = "K"\n';
    const { text } = addPoolEntries(`${head}\n${tail}`, 1);
    expect(text.startsWith(head)).toBe(true);
    expect(text.endsWith(`database_id = "00000000-0000-0000-0001-000000000005"\n\n${tail}`)).toBe(true);
    expect(addPoolEntries(head, 1).text).toMatch(/^# mine[\s\S]+PLUGIN_DB_5"\n[^\n]+\n[^\n]+\n$/);
  });

  it("may be added to again", () => {
    const twice = addPoolEntries(addPoolEntries(OWN, 1).text, 1).text;
    expect(twice).toBe(addPoolEntries(OWN, 2).text);
  });

  it("are refused to a file without a pool", () => {
    expect(() => addPoolEntries('name = "another"\n', 1)).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT" }),
    );
  });
});

describe("emgate pool add", () => {
  let cwd: string;
  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), "emgate-pool-"));
  });
  afterEach(() => rmSync(cwd, { recursive: true }));

  it("writes the file and says what is left to do", async () => {
    writeFileSync(join(cwd, "wrangler.toml"), OWN);
    const { status, out } = await runMain(["pool", "add", "2"], { cwd });
    expect([status, out]).toEqual([0, expect.stringContaining("npx wrangler d1 create emgate-plugin-18")]);
    expect(readFileSync(join(cwd, "wrangler.toml"), "utf8")).toBe(addPoolEntries(OWN, 2).text);
  });

  it("tells the same as JSON", async () => {
    writeFileSync(join(cwd, "other.toml"), OWN);
    const { out } = await runMain(["pool", "add", "1", "--config", "other.toml", "--json"], { cwd });
    const added = [{ binding: "PLUGIN_DB_17", name: "emgate-plugin-17" }];
    expect(JSON.parse(out)).toEqual({ config: join(cwd, "other.toml"), added });
  });

  it("fails without the file, and takes nothing but a count", async () => {
    expect(await runMain(["pool", "add", "1"], { cwd })).toMatchObject({ status: 1, out: "" });
    for (const count of ["0", "-1", "1.5", "x", "1001"]) {
      expect(await runMain(["pool", "add", count], { cwd })).toMatchObject({ status: 64 });
    }
  });
});

it("shows whose each database is, and what to do when none is free", () => {
  const since = "2026-11-01T00:00:00.000Z";
  const taken = {
    name: "PLUGIN_DB_1",
    state: "taken",
    site: "demo",
    plugin: "notify",
    major: 2,
    since,
  } as const;
  const free: PoolDatabase = {
    name: "PLUGIN_DB_2",
    state: "free",
    site: null,
    plugin: null,
    major: null,
    since,
  };
  const shown = renderPool([taken, free], plain);
  expect(shown).toMatch(/PLUGIN_DB_1 +taken +demo +notify +2 +2026-11-01/);
  expect(shown).toMatch(/PLUGIN_DB_2 +free +- +- +- +2026-11-01/);
  expect(shown).toContain("1 of 2 are free");
  expect(renderPool([taken], plain)).toContain("emgate pool add N");
});
