// Live grants that come to their end: one audit entry for each warning that is due, and one for the end.
// It ends no grant: an expired one is refused by its token, and stays until it is renewed or revoked.
import { warningDaysOf } from "../../contracts/expiry.ts";
import { appendAudit } from "./audit-log.ts";

const DAY_MS = 86_400_000;

interface GrantRow {
  [column: string]: SqlStorageValue;
  plugin: string;
  jti: string;
  issued_at_seconds: number;
  expires_at_seconds: number;
  warned_days: number | null;
}

/** What is to be noted of a grant: a warning `days` before its end, or with 0 the end itself. */
interface Step {
  readonly days: number;
  readonly atMs: number;
}

/** When the next note is due, in milliseconds since the epoch. */
export function nextExpiryAtMs(sql: SqlStorage): number | null {
  const times = readGrants(sql).flatMap((grant) => openSteps(grant).map(({ atMs }) => atMs));
  return times.length === 0 ? null : Math.min(...times);
}

/** Notes what is due. Of several that came due at once only the last is still true. */
export function noteDueExpiries(sql: SqlStorage, nowMs: number): void {
  for (const grant of readGrants(sql)) {
    const due = openSteps(grant)
      .filter(({ atMs }) => atMs <= nowMs)
      .at(-1);
    if (due === undefined) continue;
    const { plugin, jti } = grant;
    const about = { kind: "expiry", actor: "system", plugin, jti } as const;
    const { days } = due;
    appendAudit(
      sql,
      days === 0 ? { ...about, action: "expired" } : { ...about, action: "warn", detail: { days } },
      nowMs,
    );
    sql.exec("UPDATE grants SET warned_days = ? WHERE jti = ?", days, jti);
  }
}

/** Grants that an earlier release kept without their times are not warned of. */
function readGrants(sql: SqlStorage): GrantRow[] {
  return sql
    .exec<GrantRow>(
      `SELECT plugin, jti, issued_at_seconds, expires_at_seconds, warned_days FROM grants
       WHERE live = 1 AND expires_at_seconds > 0 AND coalesce(warned_days, 1) > 0`,
    )
    .toArray();
}

/** The steps that are not noted yet, from the earliest on. */
function openSteps(grant: GrantRow): Step[] {
  const endMs = grant.expires_at_seconds * 1000;
  const steps = [...warningDaysOf(grant.issued_at_seconds, grant.expires_at_seconds), 0];
  return steps
    .filter((days) => grant.warned_days === null || days < grant.warned_days)
    .map((days) => ({ days, atMs: endMs - days * DAY_MS }));
}
