// Turns a plugin's folder into what the server registers: its manifest's text, one ES module, and its migrations.
// Never runs the plugin's code, and never sends anything anywhere.
import { basename, dirname, resolve } from "node:path";
import { parseOrThrow } from "../../contracts/errors.ts";
import { MAX_BUNDLE_BYTES, MAX_MANIFEST_BYTES } from "../../contracts/limits.ts";
import { type Manifest, manifestSchema } from "../../contracts/manifest.ts";
import type { PluginMigration } from "../../contracts/migrations.ts";
import { parseJson, readFileText } from "../files/read-files.ts";
import { buildModule } from "./build-module.ts";
import { checkModule } from "./check-module.ts";
import { findPlugin } from "./find-plugin.ts";
import { readMigrations } from "./read-migrations.ts";

/** Bytes of a file that is read at all; what a bundle may have is for its checks to say. */
const MAX_READ_BYTES = 16 * MAX_BUNDLE_BYTES;

export interface PluginBundle {
  /** plugin.json as it stands: its digest is that of the submitted bytes. */
  readonly manifestText: string;
  readonly manifest: Manifest;
  readonly code: string;
  /** migrations/*.sql beside plugin.json, in the order of their names. */
  readonly migrations: readonly PluginMigration[];
}

/** A plugin as it stands in its folder, with nothing checked yet. */
export interface BuiltPlugin {
  readonly manifestText: string;
  readonly manifestPath: string;
  readonly code: string;
  readonly entryPath: string;
  /** Null for a bundle that was built elsewhere. */
  readonly sourceMap: string | null;
}

/** Reads the manifest and builds the code. @throws NOT_FOUND, PAYLOAD_TOO_LARGE, and INVALID_ARGUMENT for what cannot be built */
export async function buildPlugin(path: string, manifestPathGiven?: string): Promise<BuiltPlugin> {
  const { manifestPath, entryPath, built } = findPlugin(
    resolve(path),
    manifestPathGiven && resolve(manifestPathGiven),
  );
  const limit = { maxBytes: MAX_MANIFEST_BYTES, what: "the manifest" };
  const manifestText = await readFileText(manifestPath, limit);
  const { code, sourceMap } = built
    ? {
        code: await readFileText(entryPath, { maxBytes: MAX_READ_BYTES, what: "the bundle" }),
        sourceMap: null,
      }
    : await buildModule(entryPath, dirname(manifestPath));
  return { manifestText, manifestPath, code, entryPath, sourceMap };
}

/**
 * Bundles the plugin in the folder `path`, or takes the single file `path` as it is.
 *
 * @param manifestPathGiven plugin.json where it does not lie beside the code
 * @throws EmgateError NOT_FOUND naming the missing file, INVALID_ARGUMENT naming file, line and column
 */
export async function bundlePlugin(path: string, manifestPathGiven?: string): Promise<PluginBundle> {
  const { manifestText, manifestPath, code, entryPath } = await buildPlugin(path, manifestPathGiven);
  const manifest = parseOrThrow(
    manifestSchema,
    parseJson(manifestText, manifestPath),
    basename(manifestPath),
  );
  checkModule(code, entryPath);
  const migrations = await readMigrations(dirname(manifestPath), manifest);
  return { manifestText, manifest, code, migrations };
}
