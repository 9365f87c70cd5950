// Checks that a bundle is one ES module with a default export and no imports left.
// Parses only: what the code may do is for admission and the sandbox to say.
import { type Node, type Program, parse } from "acorn";
import { EmgateError } from "../../contracts/errors.ts";
import { MAX_BUNDLE_BYTES } from "../../contracts/limits.ts";

/** @throws EmgateError INVALID_ARGUMENT naming what is wrong, PAYLOAD_TOO_LARGE past 1 MiB */
export function checkModule(code: string, name: string): void {
  const bytes = Buffer.byteLength(code);
  if (bytes > MAX_BUNDLE_BYTES) {
    throw new EmgateError(
      "PAYLOAD_TOO_LARGE",
      `${name}: the bundle has ${bytes} bytes; at most ${MAX_BUNDLE_BYTES} are taken`,
    );
  }
  const program = parseModule(code, name);
  const imported = findImport(program);
  if (imported !== null) {
    throw new EmgateError(
      "INVALID_ARGUMENT",
      `${name}: ${imported} is left in the bundle; a plugin is one module without imports`,
    );
  }
  if (!hasDefaultExport(program)) {
    throw new EmgateError(
      "INVALID_ARGUMENT",
      `${name}: there is no default export; expected \`export default { async beforePublish(…) { … } }\``,
    );
  }
}

function parseModule(code: string, name: string): Program {
  try {
    return parse(code, { ecmaVersion: "latest", sourceType: "module" });
  } catch (cause) {
    const why = cause instanceof SyntaxError ? cause.message : "malformed";
    throw new EmgateError("INVALID_ARGUMENT", `${name} is not an ES module: ${why}`, { cause });
  }
}

/** The first import of any kind, as it would be written. */
function findImport(program: Program): string | null {
  for (const statement of program.body) {
    switch (statement.type) {
      case "ImportDeclaration":
        return `import "${statement.source.value}"`;
      case "ExportAllDeclaration":
      case "ExportNamedDeclaration":
        if (statement.source) return `export … from "${statement.source.value}"`;
    }
  }
  return hasDynamicImport(program) ? "import(…)" : null;
}

/** Walks with a stack of its own: generated code nests deeper than the call stack goes. */
function hasDynamicImport(program: Program): boolean {
  const left: unknown[] = [program];
  while (left.length > 0) {
    const node = left.pop();
    if (typeof node !== "object" || node === null) continue;
    if (isNode(node) && node.type === "ImportExpression") return true;
    for (const inner of Object.values(node)) left.push(inner);
  }
  return false;
}

function isNode(value: object): value is Node {
  return "type" in value;
}

function hasDefaultExport(program: Program): boolean {
  return program.body.some((statement) => {
    if (statement.type === "ExportDefaultDeclaration") return true;
    if (statement.type !== "ExportNamedDeclaration") return false;
    return statement.specifiers.some(
      ({ exported }) => (exported.type === "Identifier" ? exported.name : exported.value) === "default",
    );
  });
}
