// Finds the object that a bundle exports, and its methods, by reading alone.
// What cannot be read here is not called later.
import type { AnyNode, ObjectExpression, Program, Property } from "acorn";

/** One key of the exported object, as it is written. */
export interface ExportedKey {
  /** Null where it is made while the bundle starts. */
  readonly name: string | null;
  readonly node: Property;
}

export type ExportedPlugin =
  | { readonly ok: true; readonly object: ObjectExpression; readonly keys: readonly ExportedKey[] }
  | { readonly ok: false; readonly node: AnyNode; readonly message: string };

const EXPECTED =
  "expected `export default { async beforePublish(…) { … } }`, an object written where it is exported or named";

export function findExportedPlugin(program: Program): ExportedPlugin {
  const exported = findDefault(program);
  if (exported === null)
    return { ok: false, node: program, message: `there is no default export: ${EXPECTED}` };
  const object = unwrap(exported, program);
  if (object?.type !== "ObjectExpression") {
    return { ok: false, node: exported, message: `the default export cannot be read: ${EXPECTED}` };
  }
  const keys: ExportedKey[] = [];
  for (const property of object.properties) {
    if (property.type === "SpreadElement") {
      const message = "the default export takes in another object: write each hook as a key of its own";
      return { ok: false, node: property, message };
    }
    keys.push({ name: keyName(property), node: property });
  }
  return { ok: true, object, keys };
}

/** The function that a key holds, or null. */
export function functionOf({ node }: ExportedKey, program: Program): AnyNode | null {
  const value = unwrap(node.value, program);
  return value !== null && /Function/.test(value.type) ? value : null;
}

function findDefault(program: Program): AnyNode | null {
  for (const statement of program.body) {
    if (statement.type === "ExportDefaultDeclaration") return statement.declaration as AnyNode;
    if (statement.type !== "ExportNamedDeclaration" || statement.source) continue;
    for (const { local, exported } of statement.specifiers) {
      const name = exported.type === "Identifier" ? exported.name : exported.value;
      if (name === "default") return local;
    }
  }
  return null;
}

/** Follows the bundle's own top-level names, and `Object.freeze`. */
function unwrap(node: AnyNode, program: Program): AnyNode | null {
  let current: AnyNode | null = node;
  for (let steps = 0; steps < 8 && current !== null; steps += 1) {
    if (current.type === "Identifier") {
      current = findTopLevel(current.name, program);
    } else if (current.type === "CallExpression" && isFreeze(current.callee as AnyNode)) {
      current = (current.arguments[0] as AnyNode | undefined) ?? null;
    } else {
      return current;
    }
  }
  return null;
}

function isFreeze(callee: AnyNode): boolean {
  if (callee.type !== "MemberExpression" || callee.computed) return false;
  const { object, property } = callee;
  return (
    object.type === "Identifier" &&
    object.name === "Object" &&
    property.type === "Identifier" &&
    property.name === "freeze"
  );
}

function findTopLevel(name: string, program: Program): AnyNode | null {
  for (const statement of program.body) {
    const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (declaration?.type === "FunctionDeclaration" && declaration.id?.name === name) return declaration;
    if (declaration?.type !== "VariableDeclaration") continue;
    for (const { id, init } of declaration.declarations) {
      if (id.type === "Identifier" && id.name === name) return init ?? null;
    }
  }
  return null;
}

function keyName({ key, computed }: Property): string | null {
  if (key.type === "Literal") return String(key.value);
  return !computed && key.type === "Identifier" ? key.name : null;
}
