// When a grant's coming end is warned of, and how many days are left then.
// Pure. It never decides whether a grant is good: the token itself does.
import { EXPIRY_WARNING_DAYS } from "./limits.ts";

const DAY_SECONDS = 86_400;

/** The days before its end at which this grant is warned of, from the earliest to the last. */
export function warningDaysOf(issuedAtSeconds: number, expiresAtSeconds: number): number[] {
  const lifetimeSeconds = expiresAtSeconds - issuedAtSeconds;
  return EXPIRY_WARNING_DAYS.filter((days) => days * DAY_SECONDS < lifetimeSeconds);
}

/**
 * The whole days that are left once a warning is due, else null: 0 on the last day and after the end. Times of
 * 0 are unknown, and such a grant is not warned of.
 */
export function daysLeftToWarn(
  issuedAtSeconds: number,
  expiresAtSeconds: number,
  nowMs: number,
): number | null {
  if (expiresAtSeconds === 0) return null;
  const leftSeconds = expiresAtSeconds - nowMs / 1000;
  if (leftSeconds <= 0) return 0;
  const [first] = warningDaysOf(issuedAtSeconds, expiresAtSeconds);
  if (first === undefined || leftSeconds > first * DAY_SECONDS) return null;
  return Math.floor(leftSeconds / DAY_SECONDS);
}
