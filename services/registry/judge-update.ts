// Decides whether another version of a plugin may go live without a person's consent.
// Pure, and held whenever in doubt: what it lets through is never wider than what is granted already.
import type { Difference } from "../../contracts/consent.ts";
import { type Authority, authorityOf, type GrantClaims } from "../../contracts/grant.ts";
import { AUTO_UPDATE_AGE_MS } from "../../contracts/limits.ts";
import type { Manifest } from "../../contracts/manifest.ts";
import type { UpdatePolicy } from "../../contracts/site.ts";
import { differenceOf, intersectAuthorities, isWithinAuthority } from "../grants/index.ts";
import { authorityDeclared } from "./consent.ts";
import type { Release } from "./versions.ts";

export interface UpdateQuestion {
  /** Of the grant in force, ended or not; null where there is none, or none that can be read. */
  readonly claims: GrantClaims | null;
  /** The manifest of the version that is installed. */
  readonly oldManifest: Manifest;
  readonly release: Pick<Release, "manifest" | "releasedAt">;
  readonly policy: UpdatePolicy;
}

/** `reason` completes «held: …» or «live: …». */
export type UpdateVerdict =
  | {
      readonly status: "live";
      readonly reason: string;
      /** Against what is granted: from the grant in force to `authority`. */
      readonly difference: Difference;
      /** What the new version is granted without a new consent. */
      readonly authority: Authority;
    }
  | {
      readonly status: "held";
      readonly reason: string;
      /** Against what is granted: from the grant in force to everything that the new version asks. */
      readonly difference: Difference;
    };

/**
 * Under `ask` every update is held. Under `auto` a release goes live when it is at least a day old and its
 * manifest asks nothing that the installed version's manifest did not ask: no scope more, no caveat wider.
 *
 * Asks are compared with asks, not with the grant. An admin who left out a scope or narrowed one has answered
 * that question already, so a partial consent does not hold every later version that asks the same again. Nor
 * does the update undo it: the new version is granted what both the grant and its manifest allow, and no more.
 */
export function judgeUpdate(
  { claims, oldManifest, release, policy }: UpdateQuestion,
  nowMs: number,
): UpdateVerdict {
  const before: Authority = claims === null ? new Map() : authorityOf(claims);
  const asked = authorityDeclared(release.manifest);
  const authority = intersectAuthorities(before, asked);
  const obstacle = obstacleTo();
  if (obstacle !== null) {
    return { status: "held", reason: obstacle, difference: differenceOf(before, asked) };
  }
  return {
    status: "live",
    reason: "it asks for nothing more than the version before it",
    difference: differenceOf(before, authority),
    authority,
  };

  function obstacleTo(): string | null {
    if (policy === "ask") return "this site asks an admin before each update";
    const askedBefore = authorityDeclared(oldManifest);
    if (!isWithinAuthority(asked, askedBefore)) {
      const { added, widened } = differenceOf(askedBefore, asked);
      return `it asks for more: ${[...added, ...widened].map(({ scope }) => scope).join(", ")}`;
    }
    if (claims === null) return "nothing is granted that it could go on with";
    // What continues a grant ends with it.
    if (claims.exp * 1000 <= nowMs) return "the grant has ended; renew it first";
    if (authority.size === 0) return "it asks for nothing of what is granted";
    // Asked this way round, so that a release without a readable date is held.
    const ageMs = nowMs - Date.parse(release.releasedAt);
    if (!(ageMs >= AUTO_UPDATE_AGE_MS)) return "it was released less than 24 hours ago";
    return null;
  }
}
