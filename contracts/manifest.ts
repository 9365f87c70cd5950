// plugin.json: what an author declares. Strict: a key this code does not know is refused, not ignored.
import { z } from "zod";
import { caveatsSchema } from "./caveats.ts";
import { API_VERSION, HOOKS, type HookName, hookSchema, hookTable } from "./hooks.ts";
import { pluginIdSchema, versionSchema } from "./ids.ts";
import { type Json, type JsonObject, jsonObjectSchema } from "./json.ts";
import { type Scope, scopeSchema, takesCaveats } from "./scopes.ts";

const declaredScopeSchema = z
  .strictObject({
    scope: scopeSchema,
    /** Why the plugin asks, in the author's words; the admin reads it at consent. */
    reason: z.string().min(1).max(500),
    caveats: caveatsSchema.optional(),
    optional: z.boolean().optional(),
  })
  .refine(({ scope, caveats }) => takesCaveats(scope, caveats ?? {}), {
    error: "this scope does not take that caveat",
    path: ["caveats"],
  });
export type DeclaredScope = z.infer<typeof declaredScopeSchema>;

/** A cron expression of five fields, or six with seconds; parsed in full when the plugin is installed. */
export const scheduleSchema = z.strictObject({
  cron: z
    .string()
    .max(200)
    .regex(/^\s*\S+(?:\s+\S+){4,5}\s*$/, "expected a cron expression of five or six fields"),
  /** An IANA time zone; UTC unless given. */
  timeZone: z.string().min(1).max(64).optional(),
});
export type Schedule = z.infer<typeof scheduleSchema>;

/** Milliseconds; only ever lowers a hook's own limit. */
const declaredLimitsSchema = z.strictObject({ timeoutMs: z.number().int().min(10).max(50_000) });

export const manifestSchema = z
  .strictObject({
    $schema: z.string().max(500).optional(),
    apiVersion: z.literal(API_VERSION),
    id: pluginIdSchema,
    name: z.string().min(1).max(80),
    version: versionSchema,
    description: z.string().max(1000).default(""),
    author: z.string().max(200).default(""),
    license: z.string().max(100).default(""),
    scopes: z.array(declaredScopeSchema).max(50).default([]),
    hooks: z.array(hookSchema).max(HOOKS.length).optional(),
    schedules: z.array(scheduleSchema).max(10).optional(),
    /** JSON Schema of the plugin's settings; `default` of each property is its value until an admin sets one. */
    settings: jsonObjectSchema.optional(),
    limits: declaredLimitsSchema.optional(),
    categories: z.array(z.string().max(50)).max(10).optional(),
    keywords: z.array(z.string().max(50)).max(20).optional(),
    homepage: z.url({ protocol: /^https?$/ }).optional(),
    repository: z.url({ protocol: /^https?$/ }).optional(),
  })
  .superRefine((manifest, issues) => {
    const scopes = manifest.scopes.map(({ scope }) => scope);
    const twice = scopes.findIndex((scope, index) => scopes.indexOf(scope) !== index);
    if (twice >= 0) {
      issues.addIssue({ code: "custom", path: ["scopes", twice, "scope"], message: "declared twice" });
    }
    for (const [index, hook] of (manifest.hooks ?? []).entries()) {
      if (scopes.includes(hookTable[hook].scope)) continue;
      issues.addIssue({
        code: "custom",
        path: ["hooks", index],
        message: `needs the scope ${hookTable[hook].scope}`,
      });
    }
  });
export type Manifest = z.infer<typeof manifestSchema>;

/** The hooks a plugin subscribes to: those it lists, else those of its hook: scopes. */
export function hooksOf(manifest: Manifest): readonly HookName[] {
  if (manifest.hooks) return manifest.hooks;
  const declared = new Set<Scope>(manifest.scopes.map(({ scope }) => scope));
  return HOOKS.filter((hook) => declared.has(hookTable[hook].scope));
}

/** The settings that the manifest's JSON Schema names: those that an author types as context.settings. */
export function settingNames(manifest: Manifest): readonly string[] {
  return Object.keys(propertiesOf(manifest));
}

/** What a plugin sees as context.settings: the `default` of each property, under what an admin has set of them. */
export function effectiveSettings(manifest: Manifest, set: JsonObject): JsonObject {
  const settings: [string, Json][] = [];
  for (const [name, schema] of Object.entries(propertiesOf(manifest))) {
    const value = Object.hasOwn(set, name) ? set[name] : defaultOf(schema);
    if (value !== undefined) settings.push([name, value]);
  }
  return Object.fromEntries(settings);
}

function propertiesOf(manifest: Manifest): JsonObject {
  const properties = manifest.settings?.properties;
  return typeof properties === "object" && properties !== null && !Array.isArray(properties)
    ? (properties as JsonObject) // the manifest's schema lets plain JSON through alone
    : {};
}

function defaultOf(schema: Json | undefined): Json | undefined {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) return undefined;
  return (schema as JsonObject).default; // as above
}
