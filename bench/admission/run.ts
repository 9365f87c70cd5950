// How long does admission's static part take, by stage, beside a bare parse and beside ESLint's recommended rules?
// All three on the same file in the same run, in turns: a drifting machine drifts under each.
import js from "@eslint/js";
import { Parser } from "acorn";
import { build } from "esbuild";
import { Linter } from "eslint";
import { MAX_BUNDLE_BYTES } from "../../contracts/limits.ts";
import { manifestSchema } from "../../contracts/manifest.ts";
import { checkBundle } from "../../services/admission/check-bundle.ts";
import { median } from "../measure.ts";
import { printMachine } from "../print-machine.ts";

const ROUNDS = 7;
const WARM_UP_ROUNDS = 2;
const BUNDLES: Readonly<Record<string, readonly string[]>> = {
  zod: ["zod"],
  jose: ["jose"],
  marked: ["marked"],
  "date-fns": ["date-fns"],
  "nearly 1 MiB of several": [
    "zod",
    "jose",
    "marked",
    "remark",
    "hono",
    "valibot",
    "highlight.js/lib/common",
  ],
};
const manifest = manifestSchema.parse({
  apiVersion: 1,
  id: "bench",
  name: "Bench",
  version: "1.0.0",
  scopes: [{ scope: "hook:beforePublish", reason: "for the bench" }],
});

printMachine();
console.log("medians in ms; ratios: medians of the rounds\n");
console.log(
  "bundle                        KiB   parse  syntax  analysis   whole  ESLint  whole/parse  ESLint/whole",
);
for (const [name, modules] of Object.entries(BUNDLES)) {
  const code = await bundle(modules);
  if (Buffer.byteLength(code) > MAX_BUNDLE_BYTES) throw new Error(`${name} is too large to be taken`);
  console.log(`${name.padEnd(26)}${(await measure(code)).join(" ")}`);
}

/** The modules whole, minified, under a plugin that does nothing. */
async function bundle(modules: readonly string[]): Promise<string> {
  const imports = modules.map((name, at) => `import * as m${at} from ${JSON.stringify(name)};`).join("\n");
  const names = modules.map((_, at) => `m${at}`).join(", ");
  const plugin = `export default { async beforePublish({ data }) { return [${names}].some((m) => data.title in m); } };`;
  const { outputFiles } = await build({
    stdin: { contents: `${imports}\n${plugin}`, resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["worker", "browser"],
    minify: true,
  });
  return outputFiles[0]?.text ?? "";
}

async function measure(code: string): Promise<string[]> {
  const rounds: { parse: number; syntax: number; analysis: number; whole: number; lint: number }[] = [];
  for (let round = 0; round < ROUNDS + WARM_UP_ROUNDS; round += 1) {
    const parse = timed(() => Parser.parse(code, { ecmaVersion: 2025, sourceType: "module" }));
    const startedMs = performance.now();
    const { stages } = await checkBundle({ code, manifest, name: "bench.js" });
    const whole = performance.now() - startedMs;
    const msOf = (stage: string) => stages.find((report) => report.stage === stage)?.ms ?? 0;
    const lint = timed(() => new Linter().verify(code, [js.configs.recommended]));
    if (round >= WARM_UP_ROUNDS)
      rounds.push({ parse, syntax: msOf("syntax"), analysis: msOf("analysis"), whole, lint });
  }
  const ms = (pick: (round: (typeof rounds)[number]) => number, width: number) =>
    median(rounds.map(pick)).toFixed(0).padStart(width);
  const ratio = (pick: (round: (typeof rounds)[number]) => number, width: number) =>
    median(rounds.map(pick)).toFixed(2).padStart(width);
  return [
    (code.length / 1024).toFixed(0).padStart(6),
    ms(({ parse }) => parse, 7),
    ms(({ syntax }) => syntax, 7),
    ms(({ analysis }) => analysis, 9),
    ms(({ whole }) => whole, 7),
    ms(({ lint }) => lint, 7),
    ratio(({ whole, parse }) => whole / parse, 12),
    ratio(({ lint, whole }) => lint / whole, 13),
  ];
}

/** In ms. */
function timed(run: () => unknown): number {
  const startedMs = performance.now();
  run();
  return performance.now() - startedMs;
}
