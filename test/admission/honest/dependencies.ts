// Packages that plugins bundle, whole: every export is kept, so that nothing of them is shaken off.
// Each is built once, by the bundler and the settings of the command.
import { build, transform } from "esbuild";

/** What is imported from where; every name of each module is kept. */
export const DEPENDENCIES: Readonly<Record<string, readonly string[]>> = {
  zod: ["zod"],
  "zod/mini": ["zod/mini"],
  "zod's locales": ["zod/v4/locales"],
  jose: ["jose"],
  marked: ["marked"],
  micromark: ["micromark"],
  remark: ["remark", "remark-html"],
  "date-fns": ["date-fns"],
  "date-fns' locales": ["date-fns/locale"],
  dayjs: ["dayjs"],
  luxon: ["luxon"],
  nanoid: ["nanoid"],
  uuid: ["uuid"],
  hono: ["hono"],
  preact: ["preact", "preact/hooks", "preact-render-to-string"],
  valibot: ["valibot"],
  "lodash-es": [
    "debounce",
    "throttle",
    "merge",
    "cloneDeep",
    "groupBy",
    "isEqual",
    "memoize",
    "sortBy",
    "get",
    "set",
    "kebabCase",
    "uniqBy",
    "truncate",
    "escape",
  ].map((name) => `lodash-es/${name}.js`),
  remeda: ["remeda"],
  immer: ["immer"],
  mitt: ["mitt"],
  ms: ["ms"],
  slugify: ["slugify"],
  semver: ["semver"],
  "fast-xml-parser": ["fast-xml-parser"],
  yaml: ["yaml"],
  htmlparser2: ["htmlparser2"],
  entities: ["entities"],
  he: ["he"],
  "@portabletext/to-html": ["@portabletext/to-html"],
  "highlight.js": ["highlight.js/lib/common"],
  mustache: ["mustache"],
  tslib: ["tslib"],
  "handlebars' runtime": ["handlebars/dist/cjs/handlebars.runtime.js"],
  "regenerator-runtime": ["regenerator-runtime/runtime"],
};

/** What is rightly refused: it makes code of text, or puts its own in the place of what the runtime brings. */
export const REFUSED: Readonly<Record<string, readonly string[]>> = {
  "lodash-es, its template compiler": ["lodash-es/template.js"],
  "handlebars, its template compiler": ["handlebars/dist/cjs/handlebars.js"],
  "core-js, its patches": ["core-js/actual/function", "core-js/actual/promise"],
};

export interface Build {
  readonly target: "es2024" | "es2020";
  readonly isMinified: boolean;
}

/** Unminified for the newest target: what the other builds are made from. */
export async function bundleDependency(modules: readonly string[], folder: string): Promise<string> {
  const imports = modules.map((name, index) => `import * as m${index} from ${JSON.stringify(name)};`);
  const names = modules.map((_, index) => `m${index}`).join(", ");
  const contents = `${imports.join("\n")}
export default {
  async beforePublish({ data }) {
    return [${names}].some((library) => data.title in library);
  },
};`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: folder },
    bundle: true,
    write: false,
    format: "esm",
    platform: "neutral",
    target: "es2024",
    mainFields: ["module", "main"],
    conditions: ["worker", "browser"],
    define: { "process.env.NODE_ENV": '"production"' },
    charset: "utf8",
    logLevel: "silent",
  });
  return outputFiles[0]?.text ?? "";
}

export async function rebuild(code: string, { target, isMinified }: Build): Promise<string> {
  const options = { format: "esm", target, minify: isMinified, charset: "utf8" } as const;
  return (await transform(code, options)).code;
}
