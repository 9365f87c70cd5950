// A plugin is one module: nothing is loaded beside it.
// Whatever the specifier is made of, the syntax itself is what is refused.
import type { Rule } from "../analysis.ts";

const BUNDLE_IT = "a plugin is one module: bundle what it needs (`emgate` commands do)";

export const noImports: Rule = {
  id: "no-imports",
  severity: "reject",
  visit: (_bundle, report) => ({
    ImportDeclaration: (node) => report(node, `import of ${quote(node.source.value)}: ${BUNDLE_IT}`),
    ExportAllDeclaration: (node) => report(node, `export from ${quote(node.source.value)}: ${BUNDLE_IT}`),
    ExportNamedDeclaration(node) {
      if (node.source) report(node, `export from ${quote(node.source.value)}: ${BUNDLE_IT}`);
    },
    ImportExpression: (node) => report(node, `import(): ${BUNDLE_IT}`),
    MetaProperty(node) {
      if (node.meta.name === "import")
        report(node, "import.meta: a plugin has no file and no URL of its own");
    },
  }),
};

function quote(value: unknown): string {
  return JSON.stringify(String(value).slice(0, 100));
}
