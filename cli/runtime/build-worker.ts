// Builds the project's Worker with wrangler, the very way it is deployed, and keeps the result: wrangler takes
// seconds, and a start should not.
// Never uses a build of other sources: it is kept under the digest of everything that it was made from.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
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

async function readOptions(): Promise<BuiltWorker["options"]> {
  const { unstable_getMiniflareWorkerOptions } = await import("wrangler");
  const { workerOptions } = unstable_getMiniflareWorkerOptions(CONFIG_PATH, undefined, {});
  return { ...workerOptions };
}

/** `wrangler deploy --dry-run` writes what it would upload, and uploads nothing. */
async function bundleModules(): Promise<BuiltWorker["modules"]> {
  const folder = await mkdtemp(join(tmpdir(), "emgate-build-"));
  try {
    await runWrangler(["deploy", "--dry-run", "--config", CONFIG_PATH, "--outdir", folder]);
    const names = (await readdir(folder)).filter((name) => /\.(js|sql|txt|html)$/.test(name));
    // wrangler names the entry after its source; every other module is text with a digest before its name.
    const entry = names.find((name) => name === "index.js");
    if (entry === undefined) throw new Error("wrangler wrote no index.js");
    return await Promise.all(
      [entry, ...names.filter((name) => name !== entry)].map(async (name) => ({
        name,
        type: name === entry ? ("ESModule" as const) : ("Text" as const),
        contents: await readFile(join(folder, name), "utf8"),
      })),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runWrangler(args: readonly string[]): Promise<void> {
  const manifest = createRequire(import.meta.url).resolve("wrangler/package.json");
  try {
    await promisify(execFile)(process.execPath, [join(dirname(manifest), "bin/wrangler.js"), ...args], {
      cwd: ROOT,
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
