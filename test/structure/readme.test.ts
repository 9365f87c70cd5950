// Holds README and docs to what is there: the plugin runs and answers as printed, commands and files exist.
// What the server prints is not checked here; the end-to-end tests of the command do that.
import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { manifestSchema } from "../../contracts/manifest.ts";
import type { RunReport } from "../../contracts/outcome.ts";

const root = path.resolve(import.meta.dirname, "../..");
const command = path.join(root, "cli/bin.js");
const readme = read("README.md");
const documents = ["README.md", ...listDocs("docs"), ...listDocs("examples")];

describe("README's plugin", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "emgate-readme-"));
    await mkdir(path.join(folder, "src"));
    await writeFile(path.join(folder, "plugin.json"), findBlock("json", '"apiVersion"'));
    await writeFile(path.join(folder, "src/plugin.ts"), findBlock("ts", "satisfies Plugin<"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("declares what its type says", () => {
    const manifest = manifestSchema.parse(JSON.parse(findBlock("json", '"apiVersion"')));
    const typed = /satisfies Plugin<([^>]*)>/.exec(findBlock("ts", "satisfies Plugin<"))?.[1] ?? "";
    expect(typed.split("|").map((scope) => JSON.parse(scope))).toEqual(
      manifest.scopes.map(({ scope }) => scope),
    );
  });

  it("has types that hold", async () => {
    const tsconfig = path.join(folder, "tsconfig.json");
    const options = { types: [], paths: { "emgate/plugin": [path.join(root, "contracts/plugin.ts")] } };
    const runtime = path.join(root, "node_modules/@cloudflare/workers-types/index.d.ts");
    const files = [path.join(folder, "src/plugin.ts"), runtime];
    const extended = path.join(root, "tsconfig.json");
    await writeFile(
      tsconfig,
      JSON.stringify({ extends: extended, compilerOptions: options, files, include: [] }),
    );
    expect(await run(path.join(root, "node_modules/typescript/bin/tsc"), ["-p", tsconfig])).toMatchObject({
      status: 0,
      out: "",
    });
  });

  it("answers as README prints it", async () => {
    const line = findBlock("sh", "npx emgate run needs-summary");
    const event = /echo '(.*)' \|/.exec(line)?.[1] ?? "";
    const options = / run needs-summary (.*)/.exec(line)?.[1]?.split(" ") ?? [];
    const { out, error } = await run(command, ["run", folder, ...options], event);
    const printed = findBlock("json", '"outcome"');
    expect(withoutTimes(out), error).toEqual(withoutTimes(printed));
  });
});

describe("README and docs", () => {
  const commands = new Set(documents.flatMap((file) => listCommands(read(file))));

  it("name commands at all", () => {
    expect(commands.size).toBeGreaterThanOrEqual(12);
  });

  it.each([...commands])("name a command that there is: %s", async (words) => {
    const { status, out } = await run(command, [...words.split(" "), "--help"]);
    expect(status).toBe(0);
    expect(out).toContain(`Usage: emgate ${words} `);
  });

  it.each(documents)("link to what there is: %s", (file) => {
    const links = [...read(file).matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)].map(
      ([, link = ""]) => link,
    );
    expect(links.filter((link) => !existsSync(path.join(root, path.dirname(file), link)))).toEqual([]);
  });

  it.each(documents)("name files that there are: %s", (file) => {
    const named = [
      ...read(file).matchAll(
        /`((?:contracts|capabilities|services|cli|examples|bench|test|docs)\/[^`\s]*)`/g,
      ),
    ];
    const missing = named.map(([, name = ""]) => name).filter((name) => !existsSync(path.join(root, name)));
    expect(missing).toEqual([]);
  });
});

describe("README", () => {
  it("shows core as examples/core-worker has it", () => {
    expect(read("examples/core-worker/wrangler.toml")).toContain(findBlock("toml", "[[services]]"));
    const lines = read("examples/core-worker/src/index.ts")
      .split("\n")
      .map((line) => line.trim());
    const shown = findBlock("ts", "connectHooks(").split("\n");
    expect(shown.filter((line) => line !== "…" && line !== "" && !lines.includes(line))).toEqual([]);
  });

  it("names the commands that a new machine is tested with", () => {
    const script = read(".ci/run").split("\n");
    expect(script).toEqual(expect.arrayContaining(["npm ci", "npm test"]));
    expect(findBlock("sh", "npm start")).toContain("npm ci && npm start");
    expect(findBlock("sh", "npm start").split("\n")).toContain("npm test");
    expect(JSON.parse(read("package.json")).scripts).toMatchObject({
      test: expect.any(String),
      start: expect.any(String),
      bench: expect.any(String),
    });
  });
});

function read(file: string): string {
  return readFileSync(path.join(root, file), "utf8");
}

function listDocs(folder: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => path.posix.join(folder, name.replaceAll(path.sep, "/")));
}

/** The text of README's first fenced block of `language` that holds `text`. */
function findBlock(language: string, text: string): string {
  const blocks = [...readme.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)];
  const block = blocks.find(([, marked, inner]) => marked === language && inner?.includes(text))?.[2];
  if (block === undefined) throw new Error(`README has no ${language} block with ${text}`);
  return block;
}

/** `npx emgate sites create x` as `sites create`, `npx emgate run x` as `run`. */
function listCommands(text: string): string[] {
  const lines = text.matchAll(/emgate (sites|tokens) ([a-z]+)|npx emgate (?!sites|tokens)([a-z]+)/g);
  return [...lines].map(([, group, inner, single]) => single ?? `${group} ${inner}`);
}

/** A report without what differs from run to run. */
function withoutTimes(text: string): RunReport {
  const { durationMs: _durationMs, calls, logs, ...report }: RunReport = JSON.parse(text);
  return {
    ...report,
    calls: calls.map((call) => ({ ...call, ms: 0 })),
    logs: logs.map((line) => ({ ...line, at: "" })),
    durationMs: 0,
  };
}

function run(
  file: string,
  args: readonly string[],
  stdin = "",
): Promise<{ status: number; out: string; error: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [file, ...args], { cwd: root }, (failure, out, error) => {
      resolve({ status: typeof failure?.code === "number" ? failure.code : failure ? 1 : 0, out, error });
    });
    child.stdin?.end(stdin);
  });
}
