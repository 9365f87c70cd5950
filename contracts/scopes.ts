// The scope table: every permission there is, with its capability, risk, caveats and consent text.
// A row is here only when a guard enforces it; console, command and docs are made from this table.
import { z } from "zod";
import { type CaveatName, type Caveats, describeCaveat } from "./caveats.ts";

export const SCOPES = [
  "read:pages",
  "read:kv",
  "write:kv",
  "use:db",
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
    caveats: ["collections", "fields", "locales"],
    consent: "read published pages in {collections}, and the page being published",
  },
  "read:kv": {
    capability: "kv.read",
    risk: "low",
    caveats: ["keyPrefix"],
    consent: "read the small values it keeps",
  },
  "write:kv": {
    capability: "kv.write",
    risk: "low",
    caveats: ["keyPrefix", "maxBytes"],
    consent: "keep small values of its own",
  },
  "use:db": {
    capability: "db",
    risk: "low",
    caveats: ["maxBytes"],
    consent: "keep a database of its own",
  },
  "transform:html": {
    capability: "html.transform",
    risk: "medium",
    caveats: ["elements"],
    consent: "add sanitised markup to public pages, and change their texts, links and images",
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
    caveats: ["paths"],
    consent: "run while public pages are built",
  },
  "hook:onSearch": {
    capability: null,
    risk: "medium",
    caveats: [],
    consent: "see visitors' searches and reorder the results",
  },
  "hook:onSchedule": {
    capability: null,
    risk: "medium",
    caveats: ["rate"],
    consent: "run in the background",
  },
} as const satisfies Record<Scope, ScopeRow>;

/** A source and an outlet that are worse together: what the one sees can leave through the other. */
interface RiskyPair {
  readonly source: Scope;
  readonly outlet: Scope;
  readonly why: string;
}

export const riskyPairs: readonly RiskyPair[] = [
  {
    source: "hook:onSearch",
    outlet: "transform:html",
    why: "with hook:onSearch, what visitors search for could be shown on public pages",
  },
  {
    source: "hook:beforePublish",
    outlet: "transform:html",
    why: "with hook:beforePublish, text that is not published yet could be shown on public pages",
  },
];

/** The scope's risk in the company of others: a level higher where it is the outlet of a risky pair. */
export function riskAmong(
  scope: Scope,
  others: ReadonlySet<Scope>,
): { readonly risk: Risk; readonly because: readonly string[] } {
  const { risk } = scopeTable[scope];
  const because = riskyPairs
    .filter(({ source, outlet }) => outlet === scope && others.has(source))
    .map(({ why }) => why);
  if (because.length === 0) return { risk, because };
  return { risk: RISKS[RISKS.indexOf(risk) + 1] ?? risk, because };
}

/** The sentence an admin consents to: «This plugin can read published pages in posts, …, only the fields title.» */
export function consentText(scope: Scope, caveats: Caveats): string {
  const { consent, caveats: names } = scopeTable[scope];
  const collections = caveats.collections === undefined ? "all collections" : caveats.collections.join(", ");
  const further = names
    .filter((name) => caveats[name] !== undefined && !consent.includes(`{${name}}`))
    .map((name) => `, ${describeCaveat(name, caveats)}`);
  return `This plugin can ${consent.replace("{collections}", collections)}${further.join("")}.`;
}

/** True when the scope's row takes every caveat given; a caveat without a guard must not be signed. */
export function takesCaveats(scope: Scope, caveats: Caveats): boolean {
  const known: readonly string[] = scopeTable[scope].caveats;
  return Object.keys(caveats).every((name) => known.includes(name));
}
