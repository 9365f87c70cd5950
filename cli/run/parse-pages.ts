// Reads the file of --pages: an EmDash seed, or pages as plugins see them.
// Never guesses at a page's missing fields beyond the defaults of its schema.
import { z } from "zod";
import { EmgateError, parseOrThrow } from "../../contracts/errors.ts";
import { type Page, pageSchema } from "../../contracts/page.ts";
import { parseJson } from "../files/read-files.ts";

export type PagesFile =
  | { readonly kind: "seed"; readonly text: string }
  | { readonly kind: "pages"; readonly pages: readonly Page[] };

/** Keys that only a seed file has at its top. */
const SEED_KEYS = ["collections", "content", "taxonomies"];

/** @throws EmgateError INVALID_ARGUMENT naming the page and field that are wrong */
export function parsePagesFile(text: string, name: string): PagesFile {
  const json = parseJson(text, name);
  if (Array.isArray(json)) {
    return { kind: "pages", pages: parseOrThrow(z.array(pageSchema), json, name) };
  }
  const isSeed = typeof json === "object" && json !== null && SEED_KEYS.some((key) => key in json);
  if (isSeed) return { kind: "seed", text };
  throw new EmgateError("INVALID_ARGUMENT", `${name} is neither a seed file nor a JSON array of pages`);
}
