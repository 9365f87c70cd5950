// What admission says of a plugin: findings with a place in the author's source, and a verdict.
// Plain data: the command prints it, the registry keeps it.
import type { HookName } from "./hooks.ts";
import type { Scope } from "./scopes.ts";

/** `note`: worth knowing. `review`: a person decides. `reject`: never accepted. In order of weight. */
export const SEVERITIES = ["note", "review", "reject"] as const;
export type Severity = (typeof SEVERITIES)[number];

export const VERDICTS = ["accept", "review", "reject"] as const;
export type Verdict = (typeof VERDICTS)[number];

export interface Finding {
  /** The rule's id. */
  readonly rule: string;
  readonly severity: Severity;
  /** What was found and what to do instead, in our own words. */
  readonly message: string;
  /** The author's file where a source map tells it, else the bundle's name. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
}

/** The stages that run anywhere, in their order; the first that fails ends the run. */
export const STATIC_STAGES = ["size", "syntax", "analysis", "metadata"] as const;
export type StaticStage = (typeof STATIC_STAGES)[number];

export interface StageReport {
  readonly stage: StaticStage;
  readonly outcome: "passed" | "failed" | "skipped";
  /** Milliseconds of wall-clock time. */
  readonly ms: number;
}

/** Scopes of the manifest, and what the code was seen to call. */
export interface ScopeUse {
  readonly declared: readonly Scope[];
  readonly used: readonly Scope[];
  readonly unused: readonly Scope[];
  readonly undeclared: readonly Scope[];
}

export interface StaticVerdict {
  readonly verdict: Verdict;
  readonly stages: readonly StageReport[];
  readonly findings: readonly Finding[];
  readonly bundle: { readonly bytes: number; readonly sha256: string };
  readonly hooks: readonly HookName[];
  readonly scopes: ScopeUse;
}
