// Turns `name=value` and `--unset name` into the changes that the server takes.
// Pure; whether the plugin has such a setting is the server's to say.
import type { Json, JsonObject } from "../../contracts/json.ts";
import { UsageError } from "../program/usage-error.ts";

/** Names with the text of their values. */
export type SettingTexts = readonly (readonly [name: string, text: string])[];

/** By name; null takes a setting back. @throws UsageError for none at all, and for a name given twice */
export function readChanges(settings: SettingTexts, unset: readonly string[]): JsonObject {
  const changes: readonly (readonly [string, Json])[] = [
    ...settings.map(([name, text]) => [name, readValue(text)] as const),
    ...unset.map((name) => [name, null] as const),
  ];
  if (changes.length === 0) throw new UsageError("nothing to change: expected name=value or --unset <name>");
  const names = changes.map(([name]) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new UsageError(`${twice} is given twice`);
  return Object.fromEntries(changes);
}

/** `20`, `true` and `["a"]` are JSON; what is not is meant as text. */
function readValue(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
