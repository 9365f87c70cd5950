// Decides what a run grants: everything declared, or what --grant names of it.
// Never more than the manifest declares, as on a real site.
import type { HookName } from "../../contracts/hooks.ts";
import { hookTable } from "../../contracts/hooks.ts";
import type { Manifest } from "../../contracts/manifest.ts";
import type { Scope } from "../../contracts/scopes.ts";

export interface ChosenScopes {
  readonly scopes: readonly Scope[];
  /** Names of --grant that the manifest lacks. */
  readonly cut: readonly string[];
}

/**
 * The scopes to grant. The hook's own scope is always among them when it is declared: a run is a call of that
 * hook, and `--grant` is about what the plugin may do in it.
 *
 * @param wanted the names of --grant, or null for everything declared
 */
export function chooseScopes(
  manifest: Manifest,
  hook: HookName,
  wanted: readonly string[] | null,
): ChosenScopes {
  const declared = manifest.scopes.map(({ scope }) => scope);
  if (wanted === null) return { scopes: declared, cut: [] };
  const names: readonly string[] = declared;
  return {
    scopes: declared.filter((scope) => wanted.includes(scope) || scope === hookTable[hook].scope),
    cut: wanted.filter((name) => !names.includes(name)),
  };
}
