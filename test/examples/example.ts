// Loads an example plugin as a user would submit it (bundled, with its manifest) and calls its hooks on Node.
// A stand-in for the sandbox: it proves what a plugin does with its data, nothing about what it may do.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";
import { eventSchemas, type HookEventInput, type HookName, resultSchemas } from "../../contracts/hooks.ts";
import type { JsonObject } from "../../contracts/json.ts";
import { effectiveSettings, type Manifest, manifestSchema } from "../../contracts/manifest.ts";
import { type Page, pageSchema, summaryOf } from "../../contracts/page.ts";

export const examplesFolder = path.resolve(import.meta.dirname, "../../examples");

/** What one call finds: the site's pages, the plugin's key-values and what differs in the context. */
export interface World {
  readonly pages?: readonly Page[];
  /** True: an admin keeps read:pages from the page's collection. */
  readonly withheld?: boolean;
  readonly kv?: Map<string, string>;
  readonly settings?: JsonObject;
  readonly context?: Readonly<Record<string, unknown>>;
}

export interface Example {
  readonly manifest: Manifest;
  /** One ES module with no imports left. */
  readonly code: string;
  /** Calls a hook with a parsed event; its result, parsed as the host would. */
  call<H extends HookName>(hook: H, event: HookEventInput<H>, world?: World): Promise<unknown>;
}

export async function loadExample(id: string): Promise<Example> {
  const folder = path.join(examplesFolder, id);
  const manifest = manifestSchema.parse(JSON.parse(await readFile(path.join(folder, "plugin.json"), "utf8")));
  const code = await bundlePlugin(path.join(folder, "src/plugin.ts"));
  const module: { default: Record<string, (args: unknown) => unknown> } = await import(
    `data:text/javascript;base64,${Buffer.from(code).toString("base64")}`
  );
  return {
    manifest,
    code,
    async call(hook, event, world = {}) {
      const data = world.withheld ? event : eventSchemas[hook].parse(event);
      const context = makeContext(hook, manifest, world);
      const result = await module.default[hook]?.({ data, context, api: makeApi(manifest, world) });
      return resultSchemas[hook].parse(result ?? null);
    },
  };
}

/** Throws when anything is imported, or exported beside the default. */
async function bundlePlugin(entry: string): Promise<string> {
  const built = await build({
    entryPoints: [entry],
    bundle: true,
    format: "esm",
    target: "es2024",
    write: false,
    metafile: true,
    outdir: "out",
  });
  const [output] = Object.values(built.metafile.outputs);
  if (output?.imports.length !== 0 || output.exports.join() !== "default") {
    throw new Error(`${entry}: a bundle has no imports and one default export`);
  }
  return built.outputFiles[0]?.text ?? "";
}

function makeContext(hook: HookName, manifest: Manifest, world: World): Record<string, unknown> {
  return {
    hook,
    site: "demo",
    siteUrl: "https://demo.example",
    siteName: "Demo & Sons",
    plugin: manifest.id,
    version: manifest.version,
    invocationId: "inv-1",
    deadline: Date.now() + 5_000,
    locale: "en",
    attempt: 1,
    idempotencyKey: "delivery-1",
    ...world.context,
    settings: effectiveSettings(manifest, world.settings ?? {}),
  };
}

/** Only what the manifest declares, so that a scope which is missing there fails here. */
function makeApi(manifest: Manifest, world: World): Record<string, unknown> {
  const scopes = new Set<string>(manifest.scopes.map(({ scope }) => scope));
  const pages = world.pages ?? [];
  const kv = world.kv ?? new Map<string, string>();
  return {
    log: console,
    ...(scopes.has("read:pages") && { pages: makePages(pages, world.withheld) }),
    ...(scopes.has("transform:html") && {
      html: { transform: async (patch: object) => ({ ...patch, dropped: [] }) },
    }),
    kv: {
      ...(scopes.has("read:kv") && {
        get: async (key: string, type?: string) =>
          type === "json" ? JSON.parse(kv.get(key) ?? "null") : (kv.get(key) ?? null),
        list: async ({ prefix = "" } = {}) => ({
          keys: [...kv.keys()].filter((name) => name.startsWith(prefix)).map((name) => ({ name })),
          list_complete: true,
        }),
      }),
      ...(scopes.has("write:kv") && {
        put: async (key: string, value: string) => void kv.set(key, value),
        delete: async (key: string) => void kv.delete(key),
      }),
    },
  };
}

function makePages(pages: readonly Page[], withheld = false): Record<string, unknown> {
  return {
    get: async (id: string) => {
      if (withheld) throw Object.assign(new Error("outside the caveats"), { name: "PermissionDenied" });
      return pages.find((page) => page.id === id) ?? null;
    },
    list: async ({ limit = 20, cursor = "0" } = {}) => {
      const end = Number(cursor) + limit;
      return {
        pages: pages.slice(Number(cursor), end).map(summaryOf),
        ...(end < pages.length && { cursor: String(end) }),
      };
    },
  };
}

/** A page that every example is content with; each test changes one thing. */
export function makePage(changes: Partial<Page> = {}): Page {
  return pageSchema.parse({
    id: "p1",
    collection: "posts",
    slug: "the-art-of-naming",
    locale: "en-GB",
    url: "/posts/the-art-of-naming",
    title: "The art of naming things",
    excerpt: "Names are the first thing a reader of a program meets, and the last to be changed.",
    image: { url: "/media/names.png", alt: "A wall of name tags" },
    authors: ["Ada"],
    status: "published",
    publishedAt: "2026-01-15T09:00:00.000Z",
    updatedAt: "2026-02-01T10:00:00.000Z",
    html: "<p>Two hard things.</p>",
    ...changes,
  });
}
