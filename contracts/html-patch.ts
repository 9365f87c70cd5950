// The shape of an HTML patch: what a plugin wants added to a public page.
// The shape only: what a patch may do is decided by capabilities/html-policy and again where it is applied.
import { z } from "zod";
import { MAX_ELEMENT_PATCHES, MAX_FRAGMENT_BYTES, MAX_SELECTOR_BYTES } from "./limits.ts";

const fragmentSchema = z.string().max(MAX_FRAGMENT_BYTES);

export const elementPatchSchema = z.strictObject({
  /** A selector of HTMLRewriter's dialect, at most 256 bytes. */
  selector: z.string().min(1).max(MAX_SELECTOR_BYTES),
  before: fragmentSchema.optional(),
  after: fragmentSchema.optional(),
  prepend: fragmentSchema.optional(),
  append: fragmentSchema.optional(),
  setAttributes: z.record(z.string().max(128), z.string().max(2048)).optional(),
  removeAttributes: z.array(z.string().max(128)).max(50).optional(),
  /** Replaces the element's content with text, escaped. */
  setText: z.string().max(MAX_FRAGMENT_BYTES).optional(),
});
export type ElementPatch = z.infer<typeof elementPatchSchema>;

const droppedSchema = z.object({ where: z.string(), what: z.string(), why: z.string() });
/** One thing a check took out of a patch: where it stood, what it was, and why it may not be there. */
export type Dropped = z.infer<typeof droppedSchema>;

export const htmlPatchSchema = z.strictObject({
  prependHead: fragmentSchema.optional(),
  appendHead: fragmentSchema.optional(),
  prependBody: fragmentSchema.optional(),
  appendBody: fragmentSchema.optional(),
  elements: z.array(elementPatchSchema).max(MAX_ELEMENT_PATCHES).optional(),
  /** What `api.html.transform` reports along with the patch; ignored when the patch is returned. */
  dropped: z.array(droppedSchema).max(1000).optional(),
});
export type HtmlPatch = z.infer<typeof htmlPatchSchema>;

export const PATCH_SLOTS = ["prependHead", "appendHead", "prependBody", "appendBody"] as const;
export type PatchSlot = (typeof PATCH_SLOTS)[number];

/** A patch that a check let through, with what the check dropped. */
export interface CheckedPatch extends HtmlPatch {
  dropped: Dropped[];
}
