// `emgate check` in this process: the verdict, its exit status, and where findings are shown.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { runMain } from "../stand-in-io.ts";

const HONEST = `export default {
  async beforePublish({ data }: { data: { title: string } }) {
    return data.title.length > 3;
  },
};
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "emgate-check-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function manifest(changes: Readonly<Record<string, unknown>> = {}): string {
  const scopes = ["hook:beforePublish", "read:pages"].map((scope) => ({
    scope,
    reason: "to look at titles",
  }));
  return JSON.stringify({
    apiVersion: 1,
    id: "title-check",
    name: "Titles",
    version: "1.0.0",
    scopes,
    ...changes,
  });
}

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries({ "plugin.json": manifest(), ...files })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

async function check(path = ".", ...args: string[]) {
  const { status, out, error } = await runMain(["check", path, "--json", ...args], { cwd: folder });
  return { status, report: JSON.parse(out), error };
}

it("accepts an honest plugin, and says what it is made of", async () => {
  write({ "src/plugin.ts": HONEST });
  const { status, report } = await check();
  expect(status).toBe(0);
  expect(report).toEqual({
    verdict: "accept",
    stages: ["size", "syntax", "analysis", "metadata"].map((stage) => ({
      stage,
      outcome: "passed",
      ms: expect.any(Number),
    })),
    findings: [],
    bundle: { bytes: expect.any(Number), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    manifest: expect.objectContaining({ id: "title-check" }),
    hooks: ["beforePublish"],
    scopes: {
      declared: ["hook:beforePublish", "read:pages"],
      used: expect.any(Array),
      unused: [],
      undeclared: [],
    },
  });
});

it("rejects at the author's own line, through a second file and the build", async () => {
  write({
    "src/go.ts": "interface A {\n  a: string;\n}\nexport const go = (a: A) => eval(a.a);\n",
    "src/plugin.ts": `import { go } from "./go.ts";\n${HONEST.replace("data.title.length > 3", "go({ a: data.title })")}`,
  });
  const { status, report } = await check();
  expect(status).toBe(1);
  expect(report.findings).toEqual([
    {
      rule: "no-code-from-text",
      severity: "reject",
      message: expect.stringMatching(/^eval: /),
      file: "src/go.ts",
      line: 4,
      column: 29,
    },
  ]);
});

it("shows people the line, and what to do", async () => {
  write({ "src/plugin.ts": HONEST.replace("return", "await fetch(String(data));\n    return") });
  const { status, out } = await runMain(["check", "."], { cwd: folder });
  expect(status).toBe(1);
  expect(out).toContain(
    [
      "reject src/plugin.ts:3:11 fetch reaches nothing in the sandbox: use api.fetch, with the scope fetch:network (no-direct-network)",
      "  2 |   async beforePublish({ data }: { data: { title: string } }) {",
      "> 3 |     await fetch(String(data));",
      "    |           ^",
    ].join("\n"),
  );
  expect(out).toContain("rejected");
});

it("ends with 2 where a person has to look", async () => {
  write({ "src/plugin.ts": HONEST.replace("return", "for (;;) String(data);\n    return") });
  expect(await check()).toMatchObject({ status: 2, report: { verdict: "review" } });
});

it("takes a bundle that was built elsewhere, with its manifest", async () => {
  write({
    "dist/out.js": "export default { beforePublish() { return process.pid > 1 } }",
    "m.json": manifest(),
  });
  const { status, report } = await check("dist/out.js", "--manifest", "m.json");
  expect(status).toBe(1);
  expect(report.findings).toMatchObject([{ rule: "no-node-globals", file: "out.js", line: 1, column: 43 }]);
});

it("gives a verdict on code that cannot be built, on one that is too large, and on a bad manifest", async () => {
  write({ "src/plugin.ts": "export default {\n  async beforePublish( { return; }\n" });
  expect(await check()).toMatchObject({
    status: 1,
    report: {
      verdict: "reject",
      bundle: null,
      findings: [{ rule: "build", file: "src/plugin.ts", line: 2 }],
    },
  });

  write({ "dist/out.js": `export default {}; //${"x".repeat(1_048_577)}` });
  expect(await check("dist/out.js", "--manifest", "plugin.json")).toMatchObject({
    status: 1,
    report: { stages: [{ stage: "size", outcome: "failed" }, {}, {}, {}], findings: [{ rule: "size" }] },
  });

  write({ "src/plugin.ts": HONEST, "plugin.json": manifest().replace("{", '{"id":"first-id",') });
  expect(await check()).toMatchObject({
    status: 1,
    report: {
      findings: [{ rule: "manifest", message: '"id" is there twice', file: "plugin.json", line: 1 }],
      manifest: null,
    },
  });
});

it.each([
  ["a key that nobody knows", { permissions: [] }, /permissions/],
  ["an id that would pass for the platform's", { id: "emgate-tools" }, /choose another one/],
  ["a hook without its scope", { hooks: ["onSearch"] }, /needs the scope hook:onSearch/],
])("refuses a manifest with %s", async (_what, changes, message) => {
  write({ "src/plugin.ts": HONEST, "plugin.json": manifest(changes) });
  const { status, report } = await check();
  expect(status).toBe(1);
  expect(report.findings).toMatchObject([
    { rule: "manifest", message: expect.stringMatching(message), file: "plugin.json" },
  ]);
});

it("rejects a hook that the manifest promises and the code lacks", async () => {
  write({ "src/plugin.ts": HONEST.replace("beforePublish", "onSearch") });
  expect(await check()).toMatchObject({
    status: 1,
    report: { findings: [{ rule: "hooks" }, { rule: "hooks" }] },
  });
});

it("rejects migrations that no version may bring", async () => {
  write({ "src/plugin.ts": HONEST, "migrations/0001_notes.sql": "CREATE TABLE notes (id)" });
  const { status, report } = await check();
  expect(status).toBe(1);
  expect(report.findings).toMatchObject([
    { rule: "migrations", message: expect.stringContaining("need the scope use:db") },
  ]);
});

it("says in one line that there is no plugin", async () => {
  const { status, error, report } = await check("nowhere");
  expect([status, report.error.code]).toEqual([1, "NOT_FOUND"]);
  expect(error).toContain("there is no such plugin folder");
});
