// An EmDash seed file, from text to a checked value. Errors name the path inside the file.
// It takes what a site needs of the format and lets everything else pass unread.
import { z } from "zod";
import { EmgateError } from "../../../contracts/errors.ts";
import { slugSchema } from "../../../contracts/ids.ts";
import { byteLength } from "../../../contracts/json.ts";
import { MAX_SEED_BYTES } from "../../../contracts/limits.ts";

const SEED_VERSION = "1";

/** Escapes of a JSON text, pairwise, so that an escaped backslash never starts one. */
const JSON_ESCAPE =
  /\\(?:u0000|u[dD][89abAB][0-9a-fA-F]{2}(?:\\u[dD][c-fC-F][0-9a-fA-F]{2})?|u[dD][c-fC-F][0-9a-fA-F]{2}|[\s\S])/g;

export const localeSchema = z
  .string()
  .max(35)
  .refine(isLocale, { error: "expected a BCP 47 language tag such as en or pt-BR" });

/** A slug becomes one segment of a path, so what would split or end it is refused. */
const entrySlugSchema = z
  .string()
  .max(200)
  .regex(
    /^(?!\.{1,2}$)[^\s/\\?#%\p{Cc}]+$/u,
    "expected a slug of one path segment, without spaces, / \\ ? # %",
  );

const entryIdSchema = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}]+$/u, "expected an id without control characters");

const entrySchema = z.object({
  id: entryIdSchema,
  slug: entrySlugSchema.nullish(),
  status: z.enum(["published", "draft"]).optional(),
  locale: localeSchema.optional(),
  data: z.record(z.string(), z.unknown()),
  taxonomies: z.record(z.string().max(128), z.array(z.string().max(200)).max(500)).optional(),
  bylines: z
    .array(z.object({ byline: z.string() }))
    .max(100)
    .optional(),
});
export type SeedEntry = z.infer<typeof entrySchema>;

const collectionSchema = z.object({
  slug: slugSchema,
  label: z.string().max(200).optional(),
  fields: z
    .array(z.object({ slug: z.string().max(128), label: z.string().max(200).optional(), type: z.string() }))
    .max(500)
    .default([]),
});
export type SeedCollection = z.infer<typeof collectionSchema>;

const termSchema = z.object({
  slug: z.string().min(1).max(200),
  label: z.string().max(200).optional(),
  parent: z.string().max(200).optional(),
});

const menuItemSchema = z.object({
  type: z.string().optional(),
  label: z.string().max(200).optional(),
  url: z.string().optional(),
  ref: z.string().optional(),
  collection: z.string().optional(),
});
export type SeedMenuItem = z.infer<typeof menuItemSchema>;

const seedSchema = z.object({
  defaultLocale: localeSchema.optional(),
  settings: z
    .object({ title: z.string().max(200).optional(), tagline: z.string().max(500).optional() })
    .optional(),
  collections: z.array(collectionSchema).max(200).default([]),
  taxonomies: z
    .array(
      z.object({
        name: z.string().min(1).max(128),
        label: z.string().max(200).optional(),
        terms: z.array(termSchema).default([]),
      }),
    )
    .default([]),
  bylines: z.array(z.object({ id: z.string(), displayName: z.string().max(200) })).default([]),
  menus: z.array(z.object({ name: z.string(), items: z.array(menuItemSchema).default([]) })).default([]),
  content: z.record(slugSchema, z.array(entrySchema)).default({}),
});
export type Seed = z.infer<typeof seedSchema>;

/**
 * Reads a seed file.
 *
 * @throws PAYLOAD_TOO_LARGE beyond MAX_SEED_BYTES; INVALID_ARGUMENT for text that is not JSON, for another
 * version of the format, and for a value out of place, naming its path (`content.posts[3].slug`)
 */
export function parseSeed(seedText: string): Seed {
  const bytes = byteLength(seedText);
  if (bytes > MAX_SEED_BYTES) {
    throw new EmgateError("PAYLOAD_TOO_LARGE", `seed: ${bytes} bytes, expected at most ${MAX_SEED_BYTES}`);
  }
  const document = parseJson(seedText);
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    throw refuseSeed("", "expected a JSON object, an EmDash seed file");
  }
  const version: unknown = Reflect.get(document, "version");
  if (version !== SEED_VERSION) {
    const found = version === undefined ? "none" : JSON.stringify(version).slice(0, 40);
    throw refuseSeed("version", `expected "${SEED_VERSION}", found ${found}`);
  }
  const parsed = seedSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw refuseSeed(formatPath(issue?.path ?? []), issue?.message ?? "malformed");
}

/** An INVALID_ARGUMENT that names where in the file it stands. */
export function refuseSeed(path: string, message: string): EmgateError {
  return new EmgateError("INVALID_ARGUMENT", `${path === "" ? "seed" : path}: ${message}`, {
    details: { path },
  });
}

/** `["content", "posts", 3, "slug"]` as `content.posts[3].slug`. */
function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) =>
      typeof part === "number" ? `[${part}]` : `${index === 0 ? "" : "."}${String(part)}`,
    )
    .join("");
}

/** NUL ends a text in SQLite's JSON functions, and half a surrogate pair is no UTF-8: neither is stored. */
function parseJson(text: string): unknown {
  const clean = text.toWellFormed().replace(JSON_ESCAPE, (sequence) => {
    if (sequence === "\\u0000") return "";
    return /^\\u[dD][89a-fA-F]/.test(sequence) && sequence.length === 6 ? "\\ufffd" : sequence;
  });
  try {
    return JSON.parse(clean);
  } catch (cause) {
    // Only the place: the engine's message quotes the text.
    const place = cause instanceof Error ? /at position \d+/.exec(cause.message)?.[0] : undefined;
    throw refuseSeed("", `expected JSON${place === undefined ? "" : `; it breaks ${place}`}`);
  }
}

function isLocale(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
}
