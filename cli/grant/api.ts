// Decides what a grant will hold: the scopes asked for here, those in force, the caveats of both.
// Pure; the server intersects the result with the manifest and signs only what was shown.
import type { Caveats } from "../../contracts/caveats.ts";
import type { Consent, GrantStatus } from "../../contracts/rpc.ts";
import type { Scope } from "../../contracts/scopes.ts";
import type { Paint } from "../program/io.ts";
import type { CaveatsByScope } from "../program/parse-options.ts";
import { UsageError } from "../program/usage-error.ts";

export interface GrantWish {
  /** Null: everything that the manifest declares. */
  readonly scopes: readonly Scope[] | null;
  readonly caveats: CaveatsByScope;
  /** True: these scopes and no others; false: on top of the grant in force. */
  readonly only: boolean;
}

export interface GrantTerms {
  scopes?: Scope[];
  caveats?: CaveatsByScope;
}

/**
 * The terms to show and to sign.
 *
 * @param current the live grant, or null
 * @param asked what the installed version's manifest declares
 */
export function chooseTerms(
  wish: GrantWish,
  current: GrantStatus | null,
  asked: readonly Scope[],
): GrantTerms {
  const { scopes: wanted, caveats, only } = wish;
  if (wanted === null) return hasAny(caveats) ? { caveats } : {};
  const kept = only || !current ? [] : listKept(current, wanted, asked);
  const scopes = [...new Set([...wanted, ...kept.map(({ scope }) => scope)])];
  const stray = Object.keys(caveats).find((scope) => !(scopes as string[]).includes(scope));
  if (stray !== undefined) throw new UsageError(`--caveat narrows ${stray}, which is not among the scopes`);
  const keptCaveats = Object.fromEntries(kept.map(({ scope, caveats }) => [scope, caveats as Caveats]));
  const all = { ...keptCaveats, ...caveats };
  return { scopes, ...(hasAny(all) && { caveats: all }) };
}

/** Scopes of the grant in force that stay as they are: not named anew, and still declared. */
function listKept(
  { authorization }: GrantStatus,
  wanted: readonly Scope[],
  asked: readonly Scope[],
): GrantStatus["authorization"] {
  return authorization.filter(({ scope }) => !wanted.includes(scope) && asked.includes(scope));
}

function hasAny(caveats: CaveatsByScope): boolean {
  return Object.keys(caveats).length > 0;
}

/** The consent as a person reads it: every line with its risk and the author's reason, then the difference. */
export function renderConsent(consent: Consent, site: string, paint: Paint): string {
  const { added, removed, changed } = consent.difference;
  const difference = [
    ...added.map((scope) => paint("green", `+ ${scope}`)),
    ...removed.map((scope) => paint("red", `- ${scope}`)),
    ...changed.map((scope) => paint("yellow", `~ ${scope}`)),
  ];
  return [
    `${paint("bold", `${consent.name} ${consent.version}`)} (${consent.plugin}) on ${site}:`,
    ...consent.lines.flatMap(({ scope, risk, text, reason }) => [
      `  ${text}`,
      paint("dim", `    ${scope}, risk ${risk}. The author says: ${reason}`),
    ]),
    `Against the grant in force: ${difference.join("  ") || "no difference in scopes"}`,
  ].join("\n");
}
