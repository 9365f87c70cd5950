// What `emgate check` says of a plugin: the verdict that the server would give without running it.
// Nothing of the plugin is run, and nothing is sent anywhere.
import { basename, dirname } from "node:path";
import { type Finding, STATIC_STAGES, type StaticVerdict } from "../../contracts/admission.ts";
import { EmgateError } from "../../contracts/errors.ts";
import type { Manifest } from "../../contracts/manifest.ts";
import { checkSubmission } from "../../services/admission/index.ts";
import { type BuiltPlugin, buildPlugin, readMigrations } from "../bundle/index.ts";

/** As the command prints it. `bundle` is null where the code could not be built. */
export interface CheckReport extends Omit<StaticVerdict, "bundle"> {
  readonly bundle: StaticVerdict["bundle"] | null;
  readonly manifest: Manifest | null;
}

/** The report, and the author's files by the names that findings use. */
export interface Checked {
  readonly report: CheckReport;
  readonly sources: ReadonlyMap<string, string>;
}

/** @throws NOT_FOUND where there is no plugin at the path */
export async function checkPlugin(path: string, manifestPath?: string): Promise<Checked> {
  let built: BuiltPlugin;
  try {
    built = await buildPlugin(path, manifestPath);
  } catch (error) {
    const findings = buildFindings(error);
    if (findings.length === 0) throw error;
    return { report: unbuilt(findings), sources: new Map() };
  }
  const { manifestText, code, sourceMap, entryPath } = built;
  const names = {
    manifest: basename(built.manifestPath),
    bundle: sourceMap === null ? basename(entryPath) : "bundle.js",
  };
  const report = await checkSubmission({ manifestText, code, names, sourceMap: sourceMap ?? undefined });
  const own: [string, string][] = [
    [names.manifest, manifestText],
    [names.bundle, code],
  ];
  const refused = report.manifest && (await judgeMigrations(dirname(built.manifestPath), report.manifest));
  const whole = refused
    ? { ...report, verdict: "reject" as const, findings: [...report.findings, refused] }
    : report;
  return { report: whole, sources: new Map([...own, ...sourcesOf(sourceMap)]) };
}

/** What keeps the folder's migrations from being sent, or null; what their SQL may say is for the server. */
async function judgeMigrations(folder: string, manifest: Manifest): Promise<Finding | null> {
  try {
    await readMigrations(folder, manifest);
    return null;
  } catch (error) {
    if (!(error instanceof EmgateError)) throw error;
    const { message } = error;
    return { rule: "migrations", severity: "reject", message, file: "migrations", line: 1, column: 1 };
  }
}

/** What the bundler said, where it knows the place; it had the author's files before it. */
function buildFindings(error: unknown): Finding[] {
  const errors: unknown = error instanceof EmgateError ? error.details?.errors : undefined;
  if (!Array.isArray(errors)) return [];
  return errors.map(({ text, file, line, column }): Finding => {
    const message = String(text);
    return {
      rule: "build",
      severity: "reject",
      message,
      file: file ?? "",
      line: line ?? 1,
      column: column ?? 1,
    };
  });
}

function unbuilt(findings: readonly Finding[]): CheckReport {
  return {
    verdict: "reject",
    stages: STATIC_STAGES.map((stage) => ({
      stage,
      outcome: stage === "syntax" ? "failed" : "skipped",
      ms: 0,
    })),
    findings,
    bundle: null,
    manifest: null,
    hooks: [],
    scopes: { declared: [], used: [], unused: [], undeclared: [] },
  };
}

/** The map is our own bundler's. */
function sourcesOf(sourceMap: string | null): [string, string][] {
  if (sourceMap === null) return [];
  const { sources, sourcesContent } = JSON.parse(sourceMap) as {
    sources: string[];
    sourcesContent: (string | null)[];
  };
  return sources.flatMap((source, index): [string, string][] => {
    const text = sourcesContent[index];
    return text == null ? [] : [[source, text]];
  });
}
