// Makes one patch of the plugins' checked patches, in the site's order.
// Where a page can have only one of a thing, the first in order has it and the others are told.
import { type CheckedPatch, type Dropped, PATCH_SLOTS } from "../../contracts/html-patch.ts";
import type { MergedPatch } from "../../contracts/outcome.ts";
import { type HeadElement, readHead } from "./head-fragment.ts";
import { muteReport, type Report, startReport } from "./report.ts";

/** One plugin's patch, as `checkPatch` returned it. */
export interface PluginPatch {
  readonly plugin: string;
  readonly patch: CheckedPatch;
}

export interface MergedPatches {
  readonly patch: MergedPatch;
  /** By plugin: what lost against an earlier equal; what the checks dropped is not repeated. */
  readonly dropped: ReadonlyMap<string, readonly Dropped[]>;
}

/** Who said a thing first, by its key. */
type Claims = Map<string, { readonly plugin: string; readonly html: Set<string> }>;

/** The plugins' patches as one: fragments in order, element patches in order, no head element twice. */
export function mergePatches(parts: readonly PluginPatch[]): MergedPatches {
  const merged: MergedPatch = {};
  const claims: Claims = new Map();
  const reports = new Map<string, Report>();
  for (const { plugin, patch } of parts) {
    const report = reports.get(plugin) ?? startReport();
    reports.set(plugin, report);
    for (const slot of PATCH_SLOTS) {
      const fragment = patch[slot];
      if (fragment === undefined) continue;
      const isHead = slot === "prependHead" || slot === "appendHead";
      const kept = isHead ? keepUnclaimed(fragment, slot, plugin, claims, report) : fragment;
      if (kept !== "") merged[slot] = `${merged[slot] ?? ""}${kept}`;
    }
    if (patch.elements?.length) merged.elements = [...(merged.elements ?? []), ...patch.elements];
  }
  const lists = [...reports].map(([plugin, report]) => [plugin, report.list()] as const);
  return { patch: merged, dropped: new Map(lists.filter(([, list]) => list.length > 0)) };
}

function keepUnclaimed(
  fragment: string,
  where: string,
  plugin: string,
  claims: Claims,
  report: Report,
): string {
  let kept = "";
  // What the plugin was granted has been looked at before, by `checkPatch`.
  for (const element of readHead(fragment, where, muteReport, null)) {
    const winner = findWinner(element, plugin, claims);
    if (winner !== null) {
      const by = winner === plugin ? "this patch" : `the plugin ${winner}, which comes first,`;
      report.drop(where, element.html, `${by} already brings one`);
      continue;
    }
    for (const key of element.keys) {
      const claim = claims.get(key) ?? { plugin, html: new Set() };
      claim.html.add(element.html);
      claims.set(key, claim);
    }
    kept += element.html;
  }
  return kept;
}

/** The plugin whose equal element stands already, or null. A plugin's own lists may grow, not repeat. */
function findWinner(element: HeadElement, plugin: string, claims: Claims): string | null {
  for (const key of element.keys) {
    const claim = claims.get(key);
    if (!claim) continue;
    if (claim.plugin !== plugin || !element.isList || claim.html.has(element.html)) return claim.plugin;
  }
  return null;
}
