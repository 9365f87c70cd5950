// The exported object says the same at every read: its keys are written there, its values are functions, and nothing
// changes either afterwards. The gateway reads own keys once; what changes between two reads gains nothing.
import type { AnyNode, Identifier, Program } from "acorn";
import { HOOKS } from "../../../contracts/hooks.ts";
import type { Bundle, Report, Rule, RuntimeUse } from "../analysis.ts";
import { type ExportedKey, functionOf } from "../exported-plugin.ts";
import { GIVEN } from "../scope/bindings.ts";
import { onlySourceOf } from "../scope/scope.ts";
import { useOf } from "../scope/uses.ts";

const KEYS: ReadonlySet<string> = new Set([...HOOKS, "hook", "migrate"]);
const EXPECTED = `expected ${[...HOOKS, "hook"].join(", ")} or migrate`;
const PLUGIN = `${GIVEN}plugin`;
/** Calls that change nothing that is read, or whose answer is followed. */
const HARMLESS: ReadonlySet<string> = new Set(["Object.freeze", "Object.seal", "Object.preventExtensions"]);
const CHANGED = "the default export is changed after it is made: write each hook where the object is written";

export const exportedShape: Rule = {
  id: "exported-shape",
  severity: "reject",
  visit: (bundle, report) => ({
    use: (seen) => judgeUse(seen, bundle, report),
    ThisExpression(node, ancestors) {
      const around = ancestors.findLast(({ type }) => /^Function|^Static|^PropertyDefinition$/.test(type));
      if (around === undefined || !isHook(around, bundle)) return;
      const { kind } = useOf(node, ancestors, bundle.bindings);
      if (kind !== "typeof" && kind !== "compared" && kind !== "tested" && kind !== "unused")
        report(node, "`this` in a hook is the default export: keep helpers and state in names of the module");
    },
    end() {
      const { exported } = bundle;
      if (!exported.ok) {
        report(exported.node, exported.message);
        return;
      }
      judgeNames(bundle, report);
      const names = new Set<string | null>();
      for (const key of exported.keys) {
        judgeKey(key, bundle, report);
        if (names.has(key.name)) report(key.node, `${key.name} is written twice: leave one out`);
        names.add(key.name);
      }
      if (exported.keys.length === 0) report(exported.object, `the default export has no hook: ${EXPECTED}`);
    },
  }),
};

function judgeUse({ node, origin, use }: RuntimeUse, { origins }: Bundle, report: Report): void {
  if (!origin.startsWith(PLUGIN)) return;
  if (use.kind === "written" || use.kind === "deleted") {
    if (origin !== PLUGIN) report(node, CHANGED);
  } else if (use.kind === "handed" && origin === PLUGIN) {
    const { to } = use;
    if (to.type === "ExportSpecifier" || to.type === "ExportDefaultDeclaration") return;
    const callee = to.type === "CallExpression" && to.callee.type !== "Super" ? to.callee : null;
    if (callee && origins.originsOf(callee).some((name) => HARMLESS.has(name))) return;
    report(node, "the default export is handed on, where it may be changed: export it and nothing else");
  } else if (use.kind === "member" && /^__(?:define|proto)/.test(origins.keyOf(use.member) ?? "")) {
    report(node, CHANGED);
  }
}

function isHook(node: AnyNode, { exported, program }: Bundle): boolean {
  return exported.ok && exported.keys.some((key) => functionOf(key, program) === node);
}

/** Names between `export` and the object, or a hook, hold one thing for good. */
function judgeNames({ exported, program, bindings }: Bundle, report: Report): void {
  if (!exported.ok) return;
  const starts = [exportedName(program), ...exported.keys.map(({ node }) => node.value)];
  for (const start of starts) {
    let node: AnyNode | null = start;
    for (let steps = 0; node?.type === "Identifier" && steps < 8; steps += 1) {
      const source = onlySourceOf(bindings.bindingOf(node));
      if (source === null)
        report(node, `${node.name} is given more than one value: write it once, with const`);
      node = source?.value ?? null;
    }
  }
}

function exportedName(program: Program): Identifier | null {
  for (const statement of program.body) {
    if (statement.type === "ExportDefaultDeclaration")
      return statement.declaration.type === "Identifier" ? statement.declaration : null;
    if (statement.type !== "ExportNamedDeclaration") continue;
    for (const { local, exported } of statement.specifiers) {
      const name = exported.type === "Identifier" ? exported.name : exported.value;
      if (name === "default" && local.type === "Identifier") return local;
    }
  }
  return null;
}

function judgeKey(key: ExportedKey, { program }: Bundle, report: Report): void {
  const { name, node } = key;
  const method = functionOf(key, program);
  if (name === null) report(node, `a key of the default export is computed: ${EXPECTED}, written out`);
  else if (node.kind !== "init") report(node, `${name} is a ${node.kind}ter: write it as a method`);
  else if (!KEYS.has(name)) report(node, `${name.slice(0, 64)} is no key of a plugin: ${EXPECTED}`);
  else if (method === null) report(node, `${name} cannot be read as a function: write it as a method`);
  else if ("generator" in method && method.generator === true)
    report(node, `${name} is a generator, whose answer is no result: write it as an async method`);
}
