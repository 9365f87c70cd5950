// The scope table: every permission there is, with its capability, risk, caveats and consent text.
// A row is here only when a guard enforces it; console, command and docs are made from this table.
import { z } from "zod";
import type { CaveatName, Caveats } from "./caveats.ts";

export const SCOPES = [
  "read:pages",
  "read:kv",
  "write:kv",
  "transform:html",
  "hook:beforePublish",
  "hook:afterPublish",
  "hook:renderHtml",
  "hook:onSearch",
  "hook:onSchedule",
] as const;
export type Scope = (typeof SCOPES)[number];
export const scopeSchema = z.enum(SCOPES);

export const RISKS = ["low", "medium", "high", "critical"] as const;
export type Risk = (typeof RISKS)[number];

interface ScopeRow {
  /** The capability it mints, or null where the scope admits a hook. */
  readonly capability: string | null;
  readonly risk: Risk;
  readonly caveats: readonly CaveatName[];
  /** Completes «This plugin can …»; {collections} is filled from the caveats. */
  readonly consent: string;
}

export const scopeTable = {
  "read:pages": {
    capability: "pages.read",
    risk: "low",
    caveats: ["collections"],
    consent: "read published pages in {collections}, and the page being published",
  },
  "read:kv": { capability: "kv.read", risk: "low", caveats: [], consent: "read the small values it keeps" },
  "write:kv": { capability: "kv.write", risk: "low", caveats: [], consent: "keep small values of its own" },
  "transform:html": {
    capability: "html.transform",
    risk: "medium",
    caveats: [],
    consent: "add sanitised markup to public pages",
  },
  "hook:beforePublish": {
    capability: null,
    risk: "high",
    caveats: ["collections"],
    consent: "hold up or stop a publication in {collections}",
  },
  "hook:afterPublish": {
    capability: null,
    risk: "low",
    caveats: ["collections"],
    consent: "be told what was published in {collections}",
  },
  "hook:renderHtml": {
    capability: null,
    risk: "medium",
    caveats: [],
    consent: "run while public pages are built",
  },
  "hook:onSearch": {
    capability: null,
    risk: "medium",
    caveats: [],
    consent: "see visitors' searches and reorder the results",
  },
  "hook:onSchedule": { capability: null, risk: "medium", caveats: [], consent: "run in the background" },
} as const satisfies Record<Scope, ScopeRow>;

/** The sentence an admin consents to: «This plugin can read published pages in posts, …». */
export function consentText(scope: Scope, caveats: Caveats): string {
  const collections = caveats.collections === undefined ? "all collections" : caveats.collections.join(", ");
  return `This plugin can ${scopeTable[scope].consent.replace("{collections}", collections)}.`;
}

/** True when the scope's row takes every caveat given; a caveat without a guard must not be signed. */
export function takesCaveats(scope: Scope, caveats: Caveats): boolean {
  const known: readonly string[] = scopeTable[scope].caveats;
  return Object.keys(caveats).every((name) => known.includes(name));
}
