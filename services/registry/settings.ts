// A plugin's settings: what an admin set over the manifest's defaults, checked against the manifest's JSON Schema.
// Pure; it stores nothing, and trusts neither the admin's values nor the author's schema.
import { EmgateError } from "../../contracts/errors.ts";
import { exceedsBytes, type JsonObject } from "../../contracts/json.ts";
import { MAX_SETTINGS_BYTES } from "../../contracts/limits.ts";
import { effectiveSettings, type Manifest, settingNames } from "../../contracts/manifest.ts";
import { assertSettings } from "./settings-schema.ts";

/**
 * What is set once `changes` are applied to `current`: null takes a setting back to its default. What an earlier
 * version of the plugin knew and this one does not falls away.
 *
 * @throws INVALID_ARGUMENT for a name that the manifest's `settings` do not know, a value that they do not take,
 * or a schema that cannot be checked; PAYLOAD_TOO_LARGE past 16 KiB with the defaults
 */
export function parseSettings(manifest: Manifest, current: JsonObject, changes: JsonObject): JsonObject {
  const names = settingNames(manifest);
  const unknown = Object.keys(changes).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    const known = names.length === 0 ? "no settings, as this plugin has none" : `one of ${names.join(", ")}`;
    throw new EmgateError(
      "INVALID_ARGUMENT",
      `settings.${unknown.slice(0, 100)}: expected ${known}`.slice(0, 1000),
    );
  }
  const set = knownOf({ ...current, ...changes }, names);
  const effective = effectiveSettings(manifest, set);
  if (exceedsBytes(JSON.stringify(effective), MAX_SETTINGS_BYTES)) {
    throw new EmgateError(
      "PAYLOAD_TOO_LARGE",
      `settings: expected at most ${MAX_SETTINGS_BYTES} bytes with the defaults`,
    );
  }
  assertSettings(manifest.settings ?? {}, effective);
  return set;
}

/** Null stands for a setting that is not set. */
function knownOf(values: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(
    Object.entries(values).filter(([name, value]) => names.includes(name) && value !== null),
  );
}
