// What came of an update, or would come of it, and why, with what the other version may do more or less.
// Pure: it gets cleaned text and hands back text.
import type { UpdateReport } from "../../contracts/consent.ts";
import { renderDifference } from "../grant/render-difference.ts";
import { onOneLine } from "../program/clean-text.ts";
import type { Paint } from "../program/io.ts";

interface UpdateContext {
  readonly site: string;
  readonly dryRun: boolean;
}

export function renderUpdate(report: UpdateReport, { site, dryRun }: UpdateContext, paint: Paint): string {
  const { plugin, from, to, diff, status } = report;
  const reason = onOneLine(report.reason);
  if (status === "unchanged") return `unchanged ${plugin}@${to} on ${site}: ${reason}`;
  const isLive = status === "live";
  const words = dryRun ? `would be ${isLive ? "live" : "held"}` : isLive ? "updated" : "held";
  return [
    `${paint(isLive ? "green" : "yellow", words)} ${plugin} ${from} → ${to} on ${site}: ${reason}`,
    ...renderDifference(diff, paint),
    ...(isLive || dryRun ? [] : [`next: emgate grant ${plugin} --site ${site}`]),
  ].join("\n");
}
