// What is submitted, as it was submitted: the manifest's text and the bundle, judged without running anything.
// The same in the command and in the server; nothing is taken from a caller's word.
import { type Finding, STATIC_STAGES, type StaticVerdict } from "../../contracts/admission.ts";
import { sha256Hex } from "../../contracts/digest.ts";
import { byteLength } from "../../contracts/json.ts";
import type { Manifest } from "../../contracts/manifest.ts";
import { checkBundle } from "./check-bundle.ts";
import { Positions } from "./positions.ts";
import { readManifest } from "./read-manifest.ts";

export interface Submission {
  readonly manifestText: string;
  readonly code: string;
  /** What the two are called in findings. */
  readonly names: { readonly manifest: string; readonly bundle: string };
  /** JSON text, as the bundler wrote it. */
  readonly sourceMap?: string | undefined;
}

/** `manifest` is null where it cannot be read; then the code is not looked at. */
export async function checkSubmission({
  manifestText,
  code,
  names,
  sourceMap,
}: Submission): Promise<StaticVerdict & { readonly manifest: Manifest | null }> {
  const reading = readManifest(manifestText);
  if (reading.ok) {
    const { manifest } = reading;
    return { ...(await checkBundle({ code, manifest, name: names.bundle, sourceMap })), manifest };
  }
  const positions = new Positions(manifestText, names.manifest);
  return {
    verdict: "reject",
    stages: STATIC_STAGES.map((stage) => ({
      stage,
      outcome: stage === "metadata" ? "failed" : "skipped",
      ms: 0,
    })),
    findings: reading.findings.map(
      ({ offset, ...finding }): Finding => ({ ...finding, ...positions.positionOf(offset) }),
    ),
    bundle: { bytes: byteLength(code), sha256: await sha256Hex(code) },
    manifest: null,
    hooks: [],
    scopes: { declared: [], used: [], unused: [], undeclared: [] },
  };
}
