// Reads plugin.json strictly: JSON without a key twice, then the manifest's schema, each problem at its place.
// What JSON.parse lets through and two readers may understand differently is refused.
import { type AnyNode, type Expression, parseExpressionAt } from "acorn";
import type { z } from "zod";
import { byteLength } from "../../contracts/json.ts";
import { MAX_MANIFEST_BYTES } from "../../contracts/limits.ts";
import { type Manifest, manifestSchema } from "../../contracts/manifest.ts";
import type { RawFinding } from "./analysis.ts";
import { walk } from "./parse/walk.ts";

/** Names that would pass for the platform's own. */
const RESERVED_IDS: ReadonlySet<string> = new Set([
  "admin",
  "api",
  "cloudflare",
  "console",
  "core",
  "dashboard",
  "emdash",
  "emgate",
  "gateway",
  "official",
  "plugin",
  "plugins",
  "root",
  "site",
  "system",
]);
const RESERVED_START = /^(?:emgate|emdash|cloudflare)-/;

export type ManifestReading =
  | { readonly ok: true; readonly manifest: Manifest }
  | { readonly ok: false; readonly findings: readonly RawFinding[] };

export function readManifest(text: string): ManifestReading {
  if (byteLength(text) > MAX_MANIFEST_BYTES) {
    return refuse(`the manifest has more than ${MAX_MANIFEST_BYTES} bytes`, 0);
  }
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    return refuse(`the manifest is not JSON: ${describeJsonError(error)}`, offsetOf(error));
  }
  const tree = parseTree(text);
  if (tree === null) return refuse("the manifest nests deeper than anybody reads", 0);
  const twice = findKeys(tree);
  if (twice.length > 0) return { ok: false, findings: twice };
  const parsed = manifestSchema.safeParse(data);
  if (!parsed.success)
    return { ok: false, findings: parsed.error.issues.map((issue) => describeIssue(issue, tree)) };
  const { id } = parsed.data;
  if (RESERVED_IDS.has(id) || RESERVED_START.test(id)) {
    return refuse(
      `id: ${id} would pass for a part of the platform: choose another one`,
      findNode(tree, ["id"]).start,
    );
  }
  return { ok: true, manifest: parsed.data };
}

/** JSON is a subset of the language, so its tree tells places, and the keys that JSON.parse drops. */
function parseTree(text: string): Expression | null {
  try {
    return parseExpressionAt(text, 0, { ecmaVersion: "latest" });
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return null;
    throw error;
  }
}

function refuse(message: string, offset: number): ManifestReading {
  return { ok: false, findings: [{ rule: "manifest", severity: "reject", message, offset }] };
}

function describeJsonError(error: unknown): string {
  return error instanceof Error ? error.message.replace(/\s+/g, " ").slice(0, 200) : "malformed";
}

/** V8 tells where, in its words. */
function offsetOf(error: unknown): number {
  return error instanceof Error ? Number(/at position (\d+)/.exec(error.message)?.[1] ?? 0) : 0;
}

/** Keys that are there twice, and those that mean an object's prototype to careless readers. */
function findKeys(tree: Expression): RawFinding[] {
  const findings: RawFinding[] = [];
  walk(tree, (node) => {
    if (node.type !== "ObjectExpression") return;
    const seen = new Set<string>();
    for (const property of node.properties) {
      if (property.type !== "Property" || property.key.type !== "Literal") continue;
      const key = String(property.key.value);
      const shown = JSON.stringify(key.slice(0, 64));
      const why = key === "__proto__" ? `${shown} is no key of a manifest` : `${shown} is there twice`;
      if (key === "__proto__" || seen.has(key)) {
        findings.push({ rule: "manifest", severity: "reject", message: why, offset: property.start });
      }
      seen.add(key);
    }
  });
  return findings;
}

function describeIssue({ path, message }: z.core.$ZodIssue, tree: Expression): RawFinding {
  const where = path.length === 0 ? "" : `${path.map(String).join(".")}: `;
  return {
    rule: "manifest",
    severity: "reject",
    message: `${where}${message}`,
    offset: findNode(tree, path).start,
  };
}

/** The node at the path, or the nearest one above it that is there. */
function findNode(tree: Expression, path: readonly PropertyKey[]): AnyNode {
  let node: AnyNode = tree;
  for (const step of path) {
    const inner: AnyNode | null | undefined =
      node.type === "ArrayExpression" ? node.elements[Number(step)] : findValue(node, String(step));
    if (inner === null || inner === undefined) return node;
    node = inner;
  }
  return node;
}

function findValue(node: AnyNode, key: string): AnyNode | null {
  if (node.type !== "ObjectExpression") return null;
  for (const property of node.properties) {
    const isIt =
      property.type === "Property" && property.key.type === "Literal" && property.key.value === key;
    if (isIt) return property.value;
  }
  return null;
}
