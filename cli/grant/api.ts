// What there is to know before a grant is signed: its consent text, and what a dry run under it finds.
// Never signs anything.
import type { Consent, DryRunResult } from "../../contracts/consent.ts";
import type { AdminArguments, AdminSession } from "../../contracts/rpc.ts";

/** A grant's terms, as the server takes them. */
export type Proposal = AdminArguments["describeConsent"];

export interface Proposed {
  readonly consent: Consent;
  /** Null where it was not needed. */
  readonly dryRun: readonly DryRunResult[] | null;
}

/** The consent; with the dry run where the plugin would get less than it asks for, or where `always` says so. */
export async function proposeGrant(
  admin: Pick<AdminSession, "describeConsent" | "dryRunGrant">,
  wanted: Proposal,
  always: boolean,
): Promise<Proposed> {
  const consent = await admin.describeConsent(wanted);
  const isNeeded = always || consent.withheld.length > 0;
  return { consent, dryRun: isNeeded ? await admin.dryRunGrant(wanted) : null };
}
