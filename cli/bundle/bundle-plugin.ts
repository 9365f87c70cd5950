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

export interface PluginBundle {
  /** plugin.json as it stands: its digest is that of the submitted bytes. */
  readonly manifestText: string;
  readonly manifest: Manifest;
  readonly code: string;
  /** migrations/*.sql beside plugin.json, in the order of their names. */
  readonly migrations: readonly PluginMigration[];
}

/**
 * Bundles the plugin in the folder `path`, or takes the single file `path` as it is.
 *
 * @param manifestPath plugin.json where it does not lie beside the code
 * @throws EmgateError NOT_FOUND naming the missing file, INVALID_ARGUMENT naming file, line and column
 */
export async function bundlePlugin(path: string, manifestPath?: string): Promise<PluginBundle> {
  const files = findPlugin(resolve(path), manifestPath && resolve(manifestPath));
  const manifestText = await readFileText(files.manifestPath, {
    maxBytes: MAX_MANIFEST_BYTES,
    what: "the manifest",
  });
  const manifest = parseOrThrow(
    manifestSchema,
    parseJson(manifestText, files.manifestPath),
    basename(files.manifestPath),
  );
  const code = files.built
    ? await readFileText(files.entryPath, { maxBytes: MAX_BUNDLE_BYTES, what: "the bundle" })
    : await buildModule(files.entryPath, dirname(files.manifestPath));
  checkModule(code, files.entryPath);
  const migrations = await readMigrations(dirname(files.manifestPath), manifest);
  return { manifestText, manifest, code, migrations };
}
