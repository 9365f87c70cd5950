// Finds a plugin's manifest and entry: in its folder, or a single file with its manifest beside it.
// Never runs or parses what it finds.
import { existsSync, statSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { EmgateError } from "../../contracts/errors.ts";

const MANIFEST = "plugin.json";
const ENTRIES = [
  "src/plugin.ts",
  "src/plugin.js",
  "plugin.ts",
  "plugin.js",
  "src/index.ts",
  "src/index.js",
  "index.ts",
  "index.js",
] as const;

export interface PluginFiles {
  readonly manifestPath: string;
  readonly entryPath: string;
  /** True for a single JavaScript file: its bytes are the bundle, nothing is built. */
  readonly built: boolean;
}

/** The files of the plugin at `path`; `manifest` stands for plugin.json where that lies elsewhere. */
export function findPlugin(path: string, manifest?: string): PluginFiles {
  if (!existsSync(path)) throw new EmgateError("NOT_FOUND", `${path}: there is no such plugin folder`);
  const isFolder = statSync(path).isDirectory();
  const manifestPath = manifest ?? join(isFolder ? path : dirname(path), MANIFEST);
  if (!existsSync(manifestPath)) {
    throw new EmgateError("NOT_FOUND", `${manifestPath} is missing: it declares the plugin's id and scopes`);
  }
  if (!isFolder) return { manifestPath, entryPath: path, built: [".js", ".mjs"].includes(extname(path)) };
  return { manifestPath, entryPath: findEntry(path), built: false };
}

function findEntry(folder: string): string {
  const entry = ENTRIES.map((name) => join(folder, name)).find((candidate) => existsSync(candidate));
  if (entry) return entry;
  throw new EmgateError(
    "NOT_FOUND",
    `${folder} holds a manifest but no code: expected src/plugin.ts, src/plugin.js or ${ENTRIES.slice(2).join(", ")}`,
  );
}
