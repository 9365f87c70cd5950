// Decides what one plugin's HTML patch may do: the sanitised patch, and what was dropped from it.
// Pure but for compiling selectors; never looks at a document, and trusts nothing that claims to be checked.
import {
  type CheckedPatch,
  type HtmlPatch,
  PATCH_SLOTS,
  type PatchSlot,
} from "../../contracts/html-patch.ts";
import { MAX_ELEMENT_PATCHES } from "../../contracts/limits.ts";
import type { Pass } from "./body-attributes.ts";
import { sanitizeBody } from "./body-fragment.ts";
import { checkElementPatch } from "./element-patch.ts";
import { checkFragment } from "./fragment-size.ts";
import type { GrantedElements } from "./granted-elements.ts";
import { readHead } from "./head-fragment.ts";
import { startIds } from "./own-ids.ts";
import { startReport } from "./report.ts";

/**
 * The patch with only what it may do, and a list that names each thing dropped.
 * A checked patch passes unchanged, with nothing dropped; the `dropped` it came with is ignored.
 *
 * @param patch of the shape of `htmlPatchSchema`, from anywhere
 * @param plugin id that is put in front of the ids and names of inserted elements
 * @param granted the elements that it may insert or touch, by its caveat; absent: those of the policy
 */
export function checkPatch(patch: HtmlPatch, plugin: string, granted?: readonly string[]): CheckedPatch {
  const elements = granted === undefined ? null : new Set(granted);
  const first = runPass(patch, plugin, elements, new Set());
  if (!first.ids.isReferred || first.ids.found.size === 0) return first.checked;
  // References can come before the id they mean, in another fragment too: so all ids first.
  return runPass(patch, plugin, elements, first.ids.found).checked;
}

function runPass(patch: HtmlPatch, plugin: string, granted: GrantedElements, known: ReadonlySet<string>) {
  const pass = { report: startReport(), ids: startIds(plugin, known), granted } satisfies Pass;
  const checked: Omit<CheckedPatch, "dropped"> = {};
  for (const slot of PATCH_SLOTS) {
    const fragment = patch[slot];
    if (fragment === undefined) continue;
    const html = checkFragment(fragment, slot, pass.report, (text) => checkSlot(text, slot, pass));
    if (html !== "") checked[slot] = html;
  }
  const elements = [];
  for (const [index, elementPatch] of (patch.elements ?? []).entries()) {
    const where = `elements[${index}]`;
    if (index >= MAX_ELEMENT_PATCHES) {
      pass.report.drop(where, elementPatch.selector, `a patch holds at most ${MAX_ELEMENT_PATCHES} elements`);
      continue;
    }
    const kept = checkElementPatch(elementPatch, where, pass);
    if (kept) elements.push(kept);
  }
  if (elements.length > 0) checked.elements = elements;
  return { checked: { ...checked, dropped: pass.report.list() }, ids: pass.ids };
}

function checkSlot(fragment: string, slot: PatchSlot, pass: Pass): string {
  switch (slot) {
    case "prependHead":
    case "appendHead":
      return readHead(fragment, slot, pass.report, pass.granted)
        .map(({ html }) => html)
        .join("");
    case "prependBody":
    case "appendBody":
      return sanitizeBody(fragment, slot, pass);
  }
}
