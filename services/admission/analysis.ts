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

const FINDINGS_LEFT: Readonly<Record<Severity, number>> = {
  note: MAX_FINDINGS_OF_RULE,
  review: MAX_FINDINGS_OF_RULE,
  reject: MAX_FINDINGS_OF_RULE,
};

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

type Visit = (node: never, ancestors: readonly AnyNode[]) => void;

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
  const bundle: Bundle = {
    code,
    program,
    comments,
    exported,
    bindings,
    origins: new OriginTracer(bindings, exported.ok ? exported.object : null),
  };
  const findings: RawFinding[] = [];
  const visitors = rules.map((rule) => rule.visit(bundle, reporterOf(rule, findings)));
  walkWith(bundle, visitors);
  for (const { end } of visitors) end?.();
  return findings.sort((a, b) => a.offset - b.offset);
}

function walkWith({ program, bindings, origins }: Bundle, visitors: readonly Visitors[]): void {
  const byKind = new Map<string, Visit[]>();
  const onUse = visitors.flatMap(({ use }) => use ?? []);
  for (const { use: _use, end: _end, ...kinds } of visitors) {
    for (const [kind, visit] of Object.entries(kinds))
      byKind.set(kind, [...(byKind.get(kind) ?? []), visit as Visit]); // the type of each key says which node it takes
  }
  walk(program, (node, ancestors) => {
    const visits = byKind.get(node.type);
    if (visits !== undefined) for (const visit of visits) visit(node as never, ancestors);
    if (!isValue(node, bindings, origins)) return;
    const found = origins.originsOf(node);
    if (found.length === 0) return;
    const use = useOf(node, ancestors, bindings);
    for (const origin of found) for (const tell of onUse) tell({ node, origin, use, ancestors });
  });
}

function isValue(node: AnyNode, bindings: Bindings, origins: OriginTracer): boolean {
  switch (node.type) {
    case "Identifier":
      return bindings.isReference(node);
    case "MemberExpression":
      return true;
    case "CallExpression":
      // What is bound was told of where it stands.
      return node.callee.type !== "MemberExpression" || origins.keyOf(node.callee) !== "bind";
    default:
      return false;
  }
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
  const left: Record<Severity, number> = { ...FINDINGS_LEFT };
  const seen = new Set<string>();
  return (where, message, severity = rule.severity) => {
    // Each has its own, so that the weightier are never lost behind notes.
    if (left[severity] === 0) return;
    const offset = typeof where === "number" ? where : where.start;
    const place = `${offset} ${message}`;
    if (seen.has(place)) return;
    seen.add(place);
    left[severity] -= 1;
    findings.push({ rule: rule.id, severity, message, offset });
  };
}
