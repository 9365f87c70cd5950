// Checks one element patch: its selector, its fragments and the attributes that it sets or removes.
// Knows only the selector; elements that must not be touched are refused where the patch is applied.
import { OPEN_ENDED_ELEMENTS, UNTOUCHABLE_ELEMENTS } from "../../contracts/apply-patch.ts";
import type { ElementPatch } from "../../contracts/html-patch.ts";
import { type Pass, whyNoAttribute } from "./body-attributes.ts";
import { sanitizeBody } from "./body-fragment.ts";
import { isOpenAttribute, VOID_ELEMENTS } from "./body-vocabulary.ts";
import { checkFragment, checkText } from "./fragment-size.ts";
import { whyNotGranted } from "./granted-elements.ts";
import { followIds } from "./own-ids.ts";
import { cleanText } from "./safe-text.ts";
import { cleanUrl, LOADED_SCHEMES } from "./safe-url.ts";
import { readSelected, whyNoSelector } from "./selectors.ts";

const OUTER_SLOTS = ["before", "after"] as const;
const INNER_SLOTS = ["prepend", "append"] as const;
const SLOTS = [...OUTER_SLOTS, ...INNER_SLOTS] as const;
type Slot = (typeof SLOTS)[number] | "setText";

const SETTABLE = new Set([
  "alt",
  "class",
  "dir",
  "height",
  "href",
  "lang",
  "loading",
  "src",
  "title",
  "width",
]);

/** Attributes that keep an element, or the reader of its target, from harm. */
const PROTECTIVE = new Set([
  "allow",
  "credentialless",
  "crossorigin",
  "csp",
  "http-equiv",
  "integrity",
  "nonce",
  "referrerpolicy",
  "rel",
  "sandbox",
]);

const untouchable = new Set<string>(UNTOUCHABLE_ELEMENTS);
const openEnded = new Set<string>(OPEN_ENDED_ELEMENTS);
const voids = new Set(VOID_ELEMENTS);

/** The element patch with what it may do, or null when nothing of it is left. */
export function checkElementPatch(patch: ElementPatch, where: string, pass: Pass): ElementPatch | null {
  const { selector } = patch;
  const refused = whyNoSelector(selector) ?? whyNoTarget(selector) ?? whyNotGranted(selector, pass.granted);
  if (refused !== null) {
    pass.report.drop(`${where}.selector`, selector, refused);
    return null;
  }
  const checked: ElementPatch = { selector };
  for (const slot of SLOTS) {
    const fragment = patch[slot];
    if (fragment === undefined || isRefusedSlot(selector, slot, where, pass)) continue;
    const html = checkFragment(fragment, `${where}.${slot}`, pass.report, (text) =>
      sanitizeBody(text, `${where}.${slot}`, pass),
    );
    if (html !== "") checked[slot] = html;
  }
  if (patch.setText !== undefined && !isRefusedSlot(selector, "setText", where, pass)) {
    const text = checkText(patch.setText, `${where}.setText`, pass.report);
    if (text !== null) checked.setText = text;
  }
  const set = checkSetAttributes(patch.setAttributes ?? {}, `${where}.setAttributes`, pass);
  if (Object.keys(set).length > 0) checked.setAttributes = set;
  const removed = checkRemoveAttributes(patch.removeAttributes ?? [], `${where}.removeAttributes`, pass);
  if (removed.length > 0) checked.removeAttributes = removed;
  return Object.keys(checked).length > 1 ? checked : null;
}

/** A reason when all that the selector selects is plainly off limits. */
function whyNoTarget(selector: string): string | null {
  const reasons = readSelected(selector).map(({ type, within }) =>
    [...within, ...(type === null ? [] : [type])].find((name) => untouchable.has(name)),
  );
  if (!reasons.every((name) => name !== undefined)) return null;
  return `<${reasons[0]}> and what is in it are never touched: safe markup could become script there`;
}

function isRefusedSlot(selector: string, slot: Slot, where: string, pass: Pass): boolean {
  const types = readSelected(selector).map(({ type }) => type);
  const reasons = types.map((type) => (type === null ? null : whyNoSlot(type, slot)));
  const why = reasons[0];
  if (!why || reasons.includes(null)) return false;
  pass.report.drop(`${where}.${slot}`, selector, why);
  return true;
}

function whyNoSlot(type: string, slot: Slot): string | null {
  if (type === "head") return "use prependHead or appendHead";
  if (type === "html" || type === "body") return "use prependBody or appendBody";
  const isOuter = slot === "before" || slot === "after";
  if (voids.has(type) && !isOuter) return `<${type}> has no content`;
  if (openEnded.has(type) && (slot === "append" || slot === "setText")) {
    return `the end tag of <${type}> may be missing, and then this would reach into what follows`;
  }
  return null;
}

function checkSetAttributes(
  attributes: Readonly<Record<string, string>>,
  where: string,
  pass: Pass,
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [given, value] of Object.entries(attributes)) {
    const name = given.trim().toLowerCase();
    if (!SETTABLE.has(name) && !isOpenAttribute(name)) {
      pass.report.drop(`${where}.${given.slice(0, 80)}`, given, whyNoAttribute(name));
      continue;
    }
    if (name !== "href" && name !== "src") {
      kept[name] = followIds(name, cleanText(value), pass.ids);
      continue;
    }
    const url = cleanUrl(value, LOADED_SCHEMES);
    if (url !== null) kept[name] = followIds(name, url, pass.ids);
    else pass.report.drop(`${where}.${name}`, `${name}="${value}"`, "a URL here is relative, http or https");
  }
  return kept;
}

function checkRemoveAttributes(names: readonly string[], where: string, pass: Pass): string[] {
  const kept = new Set<string>();
  for (const [index, given] of names.entries()) {
    const name = given.trim().toLowerCase();
    if (PROTECTIVE.has(name)) {
      pass.report.drop(
        `${where}[${index}]`,
        name,
        "this attribute protects the page or its readers, so it stays",
      );
    } else if (!/^[a-z_][a-z0-9_.:-]*$/.test(name)) {
      pass.report.drop(`${where}[${index}]`, given, "this is not the name of an attribute");
    } else {
      kept.add(name);
    }
  }
  return [...kept];
}
