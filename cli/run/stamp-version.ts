// Gives a bundle a version of its own, for a site that is kept between runs: a registered version is
// immutable, and an author runs many states of «1.0.0».
// Never used for what is submitted or installed: there the author names the version.
import { createHash } from "node:crypto";
import { manifestSchema } from "../../contracts/manifest.ts";
import type { PluginBundle } from "../bundle/index.ts";

const STAMP_DIGITS = 12;

/** The bundle as version `1.0.0+<digest>`; build metadata (semver 10) leaves the plugin's own state in place. */
export function stampVersion({ manifest, manifestText, code, migrations }: PluginBundle): PluginBundle {
  const digest = createHash("sha256")
    .update(JSON.stringify([manifestText, code, migrations]))
    .digest("hex");
  const stamp = digest.slice(0, STAMP_DIGITS);
  const joint = manifest.version.includes("+") ? "." : "+";
  const stamped = { ...manifest, version: `${manifest.version}${joint}${stamp}` };
  const stampedText = JSON.stringify(stamped);
  return { manifest: manifestSchema.parse(stamped), manifestText: stampedText, code, migrations };
}
