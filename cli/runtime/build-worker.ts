// Builds the project's Worker with wrangler, the very way it is deployed, and keeps the result: wrangler takes
// seconds, and a start should not.
// Never uses a build of other sources: it is kept under the digest of everything that it was made from.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { EmgateError } from "../../contracts/errors.ts";
import { writePrivateJson } from "../files/write-private.ts";

const ROOT = join(import.meta.dirname, "../..");
const CONFIG_PATH = join(ROOT, "wrangler.toml");
const CACHE_PATH = join(ROOT, "node_modules/.cache/emgate/worker.json");
/** wrangler names the entry after its source. */
const ENTRY = "index.js";
/** What wrangler writes beside the modules. */
const NO_MODULE = /\.map$|^README\.md$/;
/** Keeps wrangler from asking the network for updates, from reporting its use, and from writing logs. */
const WRANGLER_ENV = {
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_HIDE_BANNER: "true",
  WRANGLER_WRITE_LOGS: "false",
} as const;
/** What the Worker is made of; the dependencies count through the lock file. */
const SOURCE_FOLDERS = ["capabilities", "console", "contracts", "services"];
const SOURCE_FILES = ["package.json", "package-lock.json", "wrangler.toml", "tsconfig.json"];

const builtWorkerSchema = z.object({
  key: z.string(),
  /** Miniflare's options of the Worker in wrangler.toml: its bindings, flags and Durable Objects. */
  options: z.record(z.string(), z.unknown()),
  /** The entry first. */
  modules: z.array(z.object({ name: z.string(), type: z.enum(["ESModule", "Text"]), contents: z.string() })),
});
export type BuiltWorker = z.infer<typeof builtWorkerSchema>;

/** The Worker's modules and options: the kept ones if nothing has changed, else built anew. */
export async function buildWorker(): Promise<BuiltWorker> {
  const key = digestSources();
  const kept = readKept();
  if (kept?.key === key) return kept;
  const [modules, options] = await Promise.all([bundleModules(), readOptions()]);
  const built = { key, options, modules };
  keep(built);
  return built;
}

function readKept(): BuiltWorker | null {
  try {
    return builtWorkerSchema.safeParse(JSON.parse(readFileSync(CACHE_PATH, "utf8"))).data ?? null;
  } catch {
    return null;
  }
}

/** Best effort: where the project may not be written to, every start builds. */
function keep(built: BuiltWorker): void {
  try {
    writePrivateJson(CACHE_PATH, built);
  } catch {
    // The start goes on with what was built.
  }
}

/** The project's path is part of it: wrangler's options hold it. */
function digestSources(): string {
  const hash = createHash("sha256").update(ROOT);
  const files = [
    ...SOURCE_FILES,
    ...SOURCE_FOLDERS.flatMap((folder) =>
      existsSync(join(ROOT, folder))
        ? readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
            .filter((entry) => entry.isFile())
            .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1))
        : [],
    ),
  ];
  for (const file of files.sort()) {
    const path = join(ROOT, file);
    if (existsSync(path)) hash.update(`\0${file}\0`).update(readFileSync(path));
  }
  return hash.digest("hex");
}

/** Variables are those of wrangler.toml alone: a developer's .dev.vars would be kept in a file otherwise. */
async function readOptions(): Promise<BuiltWorker["options"]> {
  Object.assign(process.env, WRANGLER_ENV);
  const { unstable_getMiniflareWorkerOptions, unstable_readConfig } = await import("wrangler");
  const config = unstable_readConfig({ config: CONFIG_PATH });
  const { workerOptions } = unstable_getMiniflareWorkerOptions(config, undefined, {});
  return { ...workerOptions, bindings: config.vars };
}

/** `wrangler deploy --dry-run` writes what it would upload, and uploads nothing. */
async function bundleModules(): Promise<BuiltWorker["modules"]> {
  // Synchronous, so that the other process starts before this one is busy loading wrangler too.
  const folder = mkdtempSync(join(tmpdir(), "emgate-build-"));
  try {
    await runWrangler(["deploy", "--dry-run", "--config", CONFIG_PATH, "--outdir", folder]);
    const names = (await readdir(folder)).filter((name) => !NO_MODULE.test(name));
    const modules = names.map(async (name) => ({
      name,
      // Every module but the entry is text, by the rules of wrangler.toml.
      type: name === ENTRY ? ("ESModule" as const) : ("Text" as const),
      contents: await readFile(join(folder, name), "utf8"),
    }));
    return (await Promise.all(modules)).sort((a, b) => Number(b.name === ENTRY) - Number(a.name === ENTRY));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runWrangler(args: readonly string[]): Promise<void> {
  const manifest = createRequire(import.meta.url).resolve("wrangler/package.json");
  try {
    await promisify(execFile)(process.execPath, [join(dirname(manifest), "bin/wrangler.js"), ...args], {
      cwd: ROOT,
      env: { ...process.env, ...WRANGLER_ENV },
    });
  } catch (cause) {
    const said = typeof cause === "object" && cause !== null && "stderr" in cause ? String(cause.stderr) : "";
    throw new EmgateError(
      "UNAVAILABLE",
      `the Worker could not be built: ${said.trim() || "wrangler failed"}`,
      {
        cause,
      },
    );
  }
}
