// Proves that the import check can fail: one file of one wrong import a case.
// It never reads the project's own files; `npm run check` does that.
import { describe, expect, it } from "vitest";
import { checkImports, formatViolation } from "./check-imports.ts";
import { readImports } from "./read-imports.ts";

function check(file: string, source: string): string[] {
  return checkImports(new Map([[file, source]])).map(formatViolation);
}

function importing(specifier: string): string {
  return `import { thing } from "${specifier}";\n`;
}

describe("checkImports", () => {
  it.each([
    ["contracts/page.ts", "zod"],
    ["contracts/page.ts", "./json.ts"],
    ["capabilities/kv.ts", "../contracts/page.ts"],
    ["services/hooks/dispatch.ts", "../sandbox/index.ts"],
    ["services/hooks/dispatch.ts", "./outcome/merge.ts"],
    ["services/sandbox/runner.ts", "../../capabilities/kv.ts"],
    ["services/registry/releases.ts", "../admission/index.ts"],
    ["services/gateway/wiring.ts", "../core/index.ts"],
    ["services/gateway/authentication.ts", "jose"],
    ["services/gateway/version.ts", "../../package.json"],
    ["services/grants/verify.ts", "jose"],
    ["services/hooks/dispatch.ts", "cloudflare:workers"],
    ["cli/check/check.ts", "../../services/admission/index.ts"],
    ["cli/check/check.ts", "commander"],
    ["console/main.ts", "../contracts/rpc.ts"],
    ["examples/a/src/plugin.ts", "emgate/plugin"],
    ["examples/a/src/plugin.ts", "./words.ts"],
    ["examples/core-worker/src/index.ts", "cloudflare:workers"],
    ["plugin-template/src/plugin.ts", "emgate/plugin"],
    ["test/workerd/kv.test.ts", "../../services/hooks/dispatch.ts"],
    ["vitest.config.ts", "vitest/config"],
  ])("lets %s import %s", (file, specifier) => {
    expect(check(file, importing(specifier))).toEqual([]);
  });

  it.each([
    ["contracts/page.ts", "acorn", "contracts import zod only"],
    ["contracts/page.ts", "node:fs", "contracts import zod only"],
    ["contracts/page.ts", "../services/hooks/index.ts", "imports go one way"],
    ["capabilities/kv.ts", "../services/grants/index.ts", "imports go one way"],
    ["services/grants/mint.ts", "../site-state/index.ts", "imports go one way"],
    ["services/sandbox/runner.ts", "../hooks/index.ts", "imports go one way"],
    ["services/registry/releases.ts", "../storage/index.ts", "imports go one way"],
    ["services/core/render.ts", "../gateway/index.ts", "imports go one way"],
    ["services/hooks/dispatch.ts", "../../cli/main.ts", "imports go one way"],
    ["services/hooks/dispatch.ts", "../sandbox/runner.ts", "only the other's index.ts"],
    ["contracts/page.ts", "../package.json", "imports go one way"],
    ["services/unheard/x.ts", "../../contracts/page.ts", "no place in the layout"],
    ["services/admission/rules.ts", "cloudflare:workers", "nothing from cloudflare:*"],
    ["services/hooks/dispatch.ts", "jose", "import jose"],
    ["services/gateway/wiring.ts", "jose/jwt/verify", "import jose"],
    ["services/hooks/dispatch.ts", "emgate/plugin", "import files, not the package"],
    ["cli/run/run.ts", "../../services/hooks/index.ts", "cli imports contracts, services/admission"],
    ["cli/run/run.ts", "../../services/admission/rules.ts", "only the other's index.ts"],
    ["cli/run/run.ts", "cloudflare:workers", "does not run in a Worker"],
    ["console/main.ts", "../services/admission/index.ts", "console imports contracts"],
    ["examples/a/src/plugin.ts", "zod", "examples import only"],
    ["examples/a/src/plugin.ts", "emgate/client", "examples import only"],
    ["examples/a/src/plugin.ts", "cloudflare:workers", "examples import only"],
    ["examples/a/src/plugin.ts", "../../../contracts/plugin.ts", "examples import only"],
    ["examples/a/src/plugin.ts", "../../b/src/plugin.ts", "examples import only"],
    ["services/hooks/dispatch.ts", "../../test/fixtures.ts", "nothing imports test/"],
    ["test/workerd/kv.test.ts", "../../bench/run.ts", "nothing imports test/"],
    ["cli/run/run.ts", "../../../elsewhere.ts", "nothing outside the project"],
  ])("refuses %s importing %s", (file, specifier, rule) => {
    expect(check(file, importing(specifier))).toEqual([expect.stringContaining(rule)]);
  });

  it("names file, line, importer, target and rule", () => {
    const source = `// one\nimport type { Kv } from "./kv.ts";\nimport { dispatch } from "../services/hooks/index.ts";\n`;
    expect(check("capabilities/pages.ts", source)).toEqual([
      "capabilities/pages.ts:3: capabilities may not import services/hooks/index.ts (imports go one way)",
    ]);
  });

  it.each([
    `import type { A } from "jose";`,
    `import { type A } from "jose";`,
    `import A, * as b from "jose";`,
    `import "jose";`,
    `export * as a from "jose";`,
    `export type { A } from "jose";`,
    `const a = await import("jose");`,
    `let a: import("jose").A;`,
  ])("sees %s", (source) => {
    expect(check("services/hooks/a.ts", source)).toHaveLength(1);
  });

  it("reports a file it cannot read", () => {
    expect(check("services/hooks/a.ts", 'const a = "b')).toEqual([expect.stringContaining("cannot be read")]);
  });
});

describe("readImports", () => {
  it("is not misled by comments, strings, templates and names", () => {
    const source = [
      `// import a from "a";`,
      `const b = 'import b from "b"';`,
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a template in a string is the case
      "const c = `import c from \"c\" ${d} import('e')`;",
      `const f = value.import("f");`,
      `export const from = "g";`,
      `export { from };`,
      `const h = import.meta.url + "h";`,
    ].join("\n");
    expect(readImports(source)).toEqual([]);
  });

  it("sees an import inside a template's expression", () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a template in a string is the case
    expect(readImports("const a = `${await import('b')}`;")).toEqual([{ specifier: "b", line: 1 }]);
  });
});
