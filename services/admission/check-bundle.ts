// Everything that admission says of a bundle and its manifest without running anything: size, syntax, rules, metadata.
// The same code in the command and in the server. A stage that fails ends the run; no verdict is a reject.
import type { Finding, StageReport, StaticStage, StaticVerdict, Verdict } from "../../contracts/admission.ts";
import { STATIC_STAGES } from "../../contracts/admission.ts";
import { sha256Hex } from "../../contracts/digest.ts";
import type { HookName } from "../../contracts/hooks.ts";
import { byteLength } from "../../contracts/json.ts";
import { MAX_BUNDLE_BYTES } from "../../contracts/limits.ts";
import { hooksOf, type Manifest } from "../../contracts/manifest.ts";
import { analyse, type RawFinding } from "./analysis.ts";
import { findExportedPlugin } from "./exported-plugin.ts";
import { type ParsedBundle, parseBundle } from "./parse/parse-bundle.ts";
import { Positions } from "./positions.ts";
import { RULES } from "./rules/rules.ts";
import { ScopeUses } from "./rules/scope-use.ts";

export interface Submission {
  readonly code: string;
  readonly manifest: Manifest;
  /** What the bundle is called in findings. */
  readonly name: string;
  /** JSON text, as the bundler wrote it. */
  readonly sourceMap?: string | undefined;
}

/** A stage's findings; a reject among them ends the run. */
type Stage = () => readonly RawFinding[];

export async function checkBundle({ code, manifest, name, sourceMap }: Submission): Promise<StaticVerdict> {
  const bytes = byteLength(code);
  const scopes = new ScopeUses(manifest);
  let parsed: ParsedBundle | null = null;
  const stages: Record<StaticStage, Stage> = {
    size: () => judgeSize(bytes),
    syntax() {
      const result = parseBundle(code);
      if ("program" in result) parsed = result;
      return "program" in result ? [] : [{ severity: "reject", ...result }];
    },
    analysis: () => (parsed === null ? [] : analyse(parsed, [...RULES, scopes.rule])),
    metadata: () => (parsed === null ? [] : judgeHooks(parsed, manifest)),
  };
  const { reports, found } = runStages(stages);
  const positions = new Positions(code, name, sourceMap);
  const findings = found.map(
    ({ offset, ...finding }): Finding => ({ ...finding, ...positions.positionOf(offset) }),
  );
  return {
    verdict: verdictOf(findings),
    stages: reports,
    findings,
    bundle: { bytes, sha256: await sha256Hex(code) },
    hooks: hooksOf(manifest),
    scopes: scopes.result(),
  };
}

function runStages(stages: Record<StaticStage, Stage>): { reports: StageReport[]; found: RawFinding[] } {
  const found: RawFinding[] = [];
  let hasFailed = false;
  const reports = STATIC_STAGES.map((stage): StageReport => {
    if (hasFailed) return { stage, outcome: "skipped", ms: 0 };
    const startedMs = performance.now();
    const findings = stages[stage]();
    found.push(...findings);
    hasFailed = findings.some(({ severity }) => severity === "reject");
    return { stage, outcome: hasFailed ? "failed" : "passed", ms: Math.round(performance.now() - startedMs) };
  });
  return { reports, found };
}

function judgeSize(bytes: number): RawFinding[] {
  if (bytes <= MAX_BUNDLE_BYTES) return [];
  const message = `the bundle has ${bytes} bytes, at most ${MAX_BUNDLE_BYTES} are taken: minify it, or leave a dependency out`;
  return [{ rule: "size", severity: "reject", message, offset: 0 }];
}

/** Each hook that the plugin subscribes to is a method, or `hook` is there for them all. */
function judgeHooks({ program }: ParsedBundle, manifest: Manifest): RawFinding[] {
  const exported = findExportedPlugin(program);
  if (!exported.ok) return [];
  const names = new Set(exported.keys.map(({ name }) => name));
  if (names.has("hook")) return [];
  const wanted = hooksOf(manifest);
  const missing = wanted.filter((hook) => !names.has(hook));
  const further = exported.keys.filter(
    ({ name }) => name !== "migrate" && !wanted.includes(name as HookName),
  );
  return [
    ...missing.map(
      (hook): RawFinding => ({
        rule: "hooks",
        severity: "reject",
        message: `the manifest has the hook ${hook}, and the plugin has no method of that name: write it, or take hook:${hook} out of "scopes"`,
        offset: exported.object.start,
      }),
    ),
    ...further.map(
      ({ name, node }): RawFinding => ({
        rule: "hooks",
        severity: "note",
        message: `${name} is never called: the manifest does not declare hook:${name}`,
        offset: node.start,
      }),
    ),
  ];
}

function verdictOf(findings: readonly Finding[]): Verdict {
  if (findings.some(({ severity }) => severity === "reject")) return "reject";
  return findings.some(({ severity }) => severity === "review") ? "review" : "accept";
}
