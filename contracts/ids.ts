// The identifiers that every other schema is built from, each branded by its parser.
// Nothing here reads state: a well-formed id may still name nothing.
import { z } from "zod";

/** A site: lower-case letters, digits and inner hyphens, 1 to 63 characters (a DNS label, RFC 1035). */
export const siteIdSchema = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
    "expected a site id: a-z, 0-9 and inner hyphens, at most 63",
  )
  .brand<"SiteId">();
export type SiteId = z.infer<typeof siteIdSchema>;

/** A plugin: words of a-z and 0-9 joined by single hyphens, starting with a letter, 2 to 64 characters. */
export const pluginIdSchema = z
  .string()
  .min(2)
  .max(64)
  .regex(
    /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/,
    "expected a plugin id such as my-plugin: a-z, 0-9, single hyphens",
  )
  .brand<"PluginId">();
export type PluginId = z.infer<typeof pluginIdSchema>;

/** A SHA-256 digest as 64 lower-case hex digits. */
export const digestSchema = z
  .string()
  .regex(/^[0-9a-f]{64}$/, "expected a SHA-256 digest: 64 lower-case hex digits");
export type Digest = z.infer<typeof digestSchema>;

/** A semantic version; the expression is the one semver.org publishes, bounded in length. */
export const versionSchema = z
  .string()
  .max(64)
  .regex(
    /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?$/,
    "expected a semantic version such as 1.2.3",
  );

/** A collection or field slug of core's content, as EmDash writes them. */
export const slugSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,127}$/i, "expected a slug: letters, digits, - and _, at most 128");

/** The major part of a version; a plugin's own state is kept per major. */
export function majorOf(version: string): number {
  return Number.parseInt(version, 10);
}
