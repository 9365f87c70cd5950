// Bundling: one module out, and every way in which it is refused.
// The plugin's code is never run; a plugin that would notice proves it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bundlePlugin } from "../../../cli/bundle/index.ts";

const MANIFEST = { apiVersion: 1, id: "one-plugin", name: "One", version: "1.0.0" };
const CODE = "export default { async beforePublish() { return true; } };";
let root: string;
let count = 0;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "emgate-bundle-"));
});
afterAll(() => rmSync(root, { recursive: true }));

function writePlugin(files: Record<string, string> = {}): string {
  count += 1;
  const folder = join(root, String(count));
  const all = { "plugin.json": JSON.stringify(MANIFEST), "src/plugin.ts": CODE, ...files };
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

it("makes one module with a default export, and keeps the manifest's bytes", async () => {
  const text = `{ "apiVersion": 1,\n "id": "one-plugin", "name": "One", "version": "1.0.0" }\n`;
  const bundle = await bundlePlugin(writePlugin({ "plugin.json": text }));
  expect(bundle.manifestText).toBe(text);
  expect(bundle.manifest.id).toBe("one-plugin");
  expect(bundle.code).toMatch(/export \{\s+plugin_default as default\s+\}/);
});

it("bundles the plugin's own files and drops type imports that resolve to nothing", async () => {
  const folder = writePlugin({
    "src/plugin.ts": `import type { Plugin } from "emgate/plugin";\nimport { limit } from "./limit.ts";\nexport default { async beforePublish() { return limit > 1; } } satisfies Plugin<"hook:beforePublish">;`,
    "src/limit.ts": "export const limit: number = 42; export const unused = 1234;",
  });
  const { code } = await bundlePlugin(folder);
  expect(code).toContain("42");
  expect(code).not.toContain("import");
  expect(code).not.toContain("1234");
});

it("gives the same bytes wherever the folder lies", async () => {
  const [one, other] = await Promise.all([bundlePlugin(writePlugin()), bundlePlugin(writePlugin())]);
  expect(one.code).toBe(other.code);
});

it("never runs the plugin's code", async () => {
  const code = "globalThis.emgateRan = true; throw new Error('ran'); export default {};";
  await bundlePlugin(writePlugin({ "src/plugin.ts": code }));
  expect("emgateRan" in globalThis).toBe(false);
});

it("ignores a tsconfig.json that maps names to other files", async () => {
  const folder = writePlugin({
    "tsconfig.json": JSON.stringify({ compilerOptions: { paths: { secret: ["./secret.ts"] } } }),
    "secret.ts": "export const secret = 'mapped';",
    "src/plugin.ts": `import { secret } from "secret"; export default { hook: () => secret };`,
  });
  await expect(bundlePlugin(folder)).rejects.toThrow(/import "secret" cannot be bundled/);
});

it.each([
  [
    "a module of Node.js",
    `import fs from "node:fs"; export default { a: () => fs };`,
    /src\/plugin\.ts:1:\d+: import "node:fs"/,
  ],
  ["one without its prefix", `import fs from "fs"; export default { a: () => fs };`, /import "fs"/],
  [
    "a module of the runtime",
    `import { env } from "cloudflare:workers"; export default { a: () => env };`,
    /import "cloudflare:workers"/,
  ],
  [
    "a module from the web",
    `import x from "https://example.com/x.js"; export default { x };`,
    /import "https:\/\/example.com\/x.js" is left/,
  ],
  ["an import at run time", "export default { a: (name: string) => import(name) };", /import\(…\) is left/],
])("refuses %s", async (_name, code, message) => {
  await expect(bundlePlugin(writePlugin({ "src/plugin.ts": code }))).rejects.toMatchObject({
    code: "INVALID_ARGUMENT",
    message: expect.stringMatching(message),
  });
});

it("names file, line and column of a syntax error", async () => {
  const folder = writePlugin({ "src/plugin.ts": "export default {\n  oops(: 1\n}" });
  await expect(bundlePlugin(folder)).rejects.toMatchObject({
    code: "INVALID_ARGUMENT",
    message: expect.stringMatching(/^src\/plugin\.ts:2:8: /),
    details: { errors: [expect.objectContaining({ file: "src/plugin.ts", line: 2, column: 8 })] },
  });
});

it("refuses a module without a default export", async () => {
  const folder = writePlugin({ "src/plugin.ts": "export const beforePublish = () => true;" });
  await expect(bundlePlugin(folder)).rejects.toThrow(/no default export/);
});

it("refuses a bundle past its size", async () => {
  const folder = writePlugin({ "src/plugin.ts": `export default { text: "${"x".repeat(1024 * 1024)}" };` });
  await expect(bundlePlugin(folder)).rejects.toMatchObject({ code: "PAYLOAD_TOO_LARGE" });
});

it("names the manifest's field that is wrong", async () => {
  const manifest = { ...MANIFEST, scopes: [{ scope: "read:everything", reason: "x" }] };
  await expect(bundlePlugin(writePlugin({ "plugin.json": JSON.stringify(manifest) }))).rejects.toMatchObject({
    code: "INVALID_ARGUMENT",
    message: expect.stringContaining("plugin.json.scopes.0.scope"),
  });
});

it("names what is missing: folder, manifest, code", async () => {
  const empty = join(root, "empty");
  mkdirSync(empty);
  const codeless = join(root, "codeless");
  mkdirSync(codeless);
  writeFileSync(join(codeless, "plugin.json"), JSON.stringify(MANIFEST));
  await expect(bundlePlugin(join(root, "absent"))).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(bundlePlugin(empty)).rejects.toThrow(/plugin\.json is missing/);
  await expect(bundlePlugin(codeless)).rejects.toThrow(/expected src\/plugin\.ts/);
});

it("takes a single JavaScript file as it is, with a manifest from elsewhere", async () => {
  const folder = writePlugin({ "dist/bundle.js": CODE });
  const bundle = await bundlePlugin(join(folder, "dist/bundle.js"), join(folder, "plugin.json"));
  expect(bundle.code).toBe(CODE);
});

const WITH_DATABASE = JSON.stringify({ ...MANIFEST, scopes: [{ scope: "use:db", reason: "r" }] });

it("takes migrations/*.sql along, in the order of their names and with their own bytes", async () => {
  const { migrations } = await bundlePlugin(
    writePlugin({
      "plugin.json": WITH_DATABASE,
      "migrations/0002_more.sql": "CREATE TABLE b (c);\r\n",
      "migrations/0001_first.sql": "CREATE TABLE a (b);",
      "migrations/README.md": "Not one.",
    }),
  );
  expect(migrations).toEqual([
    { name: "0001_first.sql", sql: "CREATE TABLE a (b);" },
    { name: "0002_more.sql", sql: "CREATE TABLE b (c);\r\n" },
  ]);
  expect((await bundlePlugin(writePlugin())).migrations).toEqual([]);
});

it.each([
  ["without use:db", { "migrations/0001_a.sql": "SELECT 1" }, "INVALID_ARGUMENT", "use:db"],
  [
    "of a name that gives no order",
    { "plugin.json": WITH_DATABASE, "migrations/first.sql": "SELECT 1" },
    "INVALID_ARGUMENT",
    "migrations/first.sql",
  ],
  [
    "of more bytes than are kept",
    {
      "plugin.json": WITH_DATABASE,
      "migrations/0001_a.sql": `-- ${"x".repeat(200 * 1024)}`,
      "migrations/0002_b.sql": `-- ${"x".repeat(60 * 1024)}`,
    },
    "PAYLOAD_TOO_LARGE",
    "0002_b.sql",
  ],
])("refuses migrations %s", async (_what, files, code, named) => {
  const failure = bundlePlugin(writePlugin(files as Record<string, string>));
  await expect(failure).rejects.toMatchObject({ code, message: expect.stringContaining(named) });
});
