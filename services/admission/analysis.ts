// Runs the rules over a parsed bundle in one walk, and gathers what they find.
// It knows no rule; a rule knows no other.
import type { AnyNode, Comment, Program } from "acorn";
import type { Severity } from "../../contracts/admission.ts";
import { type ExportedPlugin, findExportedPlugin, functionOf } from "./exported-plugin.ts";
import { MAX_FINDINGS_OF_RULE } from "./parse/limits.ts";
import type { NodeKind, NodeOf } from "./parse/node-kinds.ts";
import type { ParsedBundle } from "./parse/parse-bundle.ts";
import { walk } from "./parse/walk.ts";
import { type Bindings, resolveBindings } from "./scope/bindings.ts";
import { OriginTracer } from "./scope/origins.ts";
import { type Use, useOf } from "./scope/uses.ts";

/** What rules look at. */
export interface Bundle {
  readonly code: string;
  readonly program: Program;
  readonly comments: readonly Comment[];
  readonly exported: ExportedPlugin;
  readonly bindings: Bindings;
  readonly origins: OriginTracer;
}

/** A finding before its place is looked up. */
export interface RawFinding {
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  readonly offset: number;
}

/** Something of the runtime's, or of what a hook is given, where the bundle uses it. */
export interface RuntimeUse {
  readonly node: AnyNode;
  /** A path such as `Reflect.get`, `fetch` or `@hook.api.kv.put`. */
  readonly origin: string;
  readonly use: Use;
  readonly ancestors: readonly AnyNode[];
}

export type Visitors = {
  readonly [K in NodeKind]?: (node: NodeOf<K>, ancestors: readonly AnyNode[]) => void;
} & {
  readonly use?: (use: RuntimeUse) => void;
  /** After the walk. */
  readonly end?: () => void;
};

export type Report = (where: AnyNode | number, message: string, severity?: Severity) => void;

export interface Rule {
  readonly id: string;
  /** Of its findings, unless one says otherwise. */
  readonly severity: Severity;
  visit(bundle: Bundle, report: Report): Visitors;
}

export function analyse({ code, program, comments }: ParsedBundle, rules: readonly Rule[]): RawFinding[] {
  const exported = findExportedPlugin(program);
  const bindings = resolveBindings(program, givenFunctions(exported, program));
  const bundle: Bundle = { code, program, comments, exported, bindings, origins: new OriginTracer(bindings) };
  const findings: RawFinding[] = [];
  const visitors = rules.map((rule) => rule.visit(bundle, reporterOf(rule, findings)));
  walkWith(bundle, visitors);
  for (const { end } of visitors) end?.();
  return findings.sort((a, b) => a.offset - b.offset);
}

function walkWith({ program, bindings, origins }: Bundle, visitors: readonly Visitors[]): void {
  const byKind = new Map<string, ((node: never, ancestors: readonly AnyNode[]) => void)[]>();
  const onUse = visitors.flatMap(({ use }) => use ?? []);
  for (const visitor of visitors) {
    for (const [kind, visit] of Object.entries(visitor)) {
      if (kind === "use" || kind === "end") continue;
      byKind.set(kind, [...(byKind.get(kind) ?? []), visit as (node: never) => void]);
    }
  }
  walk(program, (node, ancestors) => {
    for (const visit of byKind.get(node.type) ?? []) visit(node as never, ancestors);
    if (!isValue(node, bindings)) return;
    for (const origin of origins.originsOf(node)) {
      const use = useOf(node, ancestors, bindings);
      for (const tell of onUse) tell({ node, origin, use, ancestors });
    }
  });
}

function isValue(node: AnyNode, bindings: Bindings): boolean {
  if (node.type === "Identifier") return bindings.isReference(node);
  return node.type === "MemberExpression" || node.type === "CallExpression";
}

function givenFunctions(exported: ExportedPlugin, program: Program): ReadonlyMap<AnyNode, string> {
  const given = new Map<AnyNode, string>();
  if (!exported.ok) return given;
  for (const key of exported.keys) {
    const method = functionOf(key, program);
    if (method !== null) given.set(method, "hook");
  }
  return given;
}

function reporterOf(rule: Rule, findings: RawFinding[]): Report {
  let count = 0;
  return (where, message, severity = rule.severity) => {
    count += 1;
    // The weightier one is never lost behind notes.
    if (count > MAX_FINDINGS_OF_RULE && severity !== "reject") return;
    if (count > 2 * MAX_FINDINGS_OF_RULE) return;
    findings.push({
      rule: rule.id,
      severity,
      message,
      offset: typeof where === "number" ? where : where.start,
    });
  };
}
