// Honest code passes: plugins as people write them, this project's examples, and what plugins bundle.
// A rule that refuses what everybody writes protects nobody.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { buildPlugin } from "../../cli/bundle/index.ts";
import type { Verdict } from "../../contracts/admission.ts";
import { manifestSchema } from "../../contracts/manifest.ts";
import { type Build, bundleDependency, DEPENDENCIES, REFUSED, rebuild } from "./honest/dependencies.ts";
import { PLUGINS } from "./honest/plugins.ts";
import { check, manifestOf } from "./submission.ts";

const ROOT = join(import.meta.dirname, "../..");
const MANIFEST = manifestOf("hook:beforePublish", "read:kv", "write:kv", "read:pages");
const BUILDS: readonly Build[] = [
  { target: "es2024", isMinified: true },
  { target: "es2020", isMinified: false },
];
/** Of all bundles of dependencies; a person looks at the rest. */
const MAX_REVIEWED = 0.05;
const reviewed: string[] = [];
let checked = 0;

it.each(Object.entries(PLUGINS))("accepts %s", async (_, code) => {
  const { verdict, findings } = await check(code, MANIFEST);
  expect({ verdict, findings: findings.filter(({ severity }) => severity !== "note") }).toEqual({
    verdict: "accept",
    findings: [],
  });
});

const examples = readdirSync(join(ROOT, "examples")).filter((name) =>
  existsSync(join(ROOT, "examples", name, "plugin.json")),
);
it.each(examples)("accepts the example %s", async (name) => {
  const { code } = await buildPlugin(join(ROOT, "examples", name));
  const manifest = manifestSchema.parse(
    JSON.parse(readFileSync(join(ROOT, "examples", name, "plugin.json"), "utf8")),
  );
  const { verdict, findings, scopes } = await check(code, manifest);
  expect({ verdict, findings }).toMatchObject({ verdict: "accept" });
  expect(scopes.undeclared).toEqual([]);
});

describe("what plugins bundle", () => {
  it.each(Object.entries(DEPENDENCIES))("does not reject %s", async (name, modules) => {
    const verdicts = await judgeBuilds(modules);
    expect(verdicts).not.toContain("reject");
    checked += verdicts.length;
    for (const verdict of verdicts) if (verdict === "review") reviewed.push(name);
  });

  it("asks a person about few of them", () => {
    expect(checked).toBe(Object.keys(DEPENDENCIES).length * BUILDS.length);
    expect(reviewed.length / checked, reviewed.join(", ")).toBeLessThanOrEqual(MAX_REVIEWED);
  });

  it.each(Object.entries(REFUSED))("refuses %s", async (_, modules) => {
    expect(new Set(await judgeBuilds(modules))).toEqual(new Set(["reject"]));
  });
});

async function judgeBuilds(modules: readonly string[]): Promise<Verdict[]> {
  const code = await bundleDependency(modules, ROOT);
  const verdicts: Verdict[] = [];
  for (const how of BUILDS) verdicts.push((await check(await rebuild(code, how), MANIFEST)).verdict);
  return verdicts;
}
