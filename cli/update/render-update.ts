// What came of an update, or would come of it, with what the other version may do more or less.
// Pure: it gets cleaned text and hands back text.
import type { UpdateReport } from "../../contracts/consent.ts";
import { renderDifference } from "../grant/render-difference.ts";
import type { Paint } from "../program/io.ts";

interface UpdateContext {
  readonly site: string;
  readonly dryRun: boolean;
}

export function renderUpdate(report: UpdateReport, { site, dryRun }: UpdateContext, paint: Paint): string {
  const { plugin, from, to, diff, status } = report;
  if (status === "unchanged") return `${plugin}@${to} is what runs on ${site}`;
  const isLive = status === "live";
  const words = dryRun ? `would be ${isLive ? "live" : "held"}` : isLive ? "updated" : "held";
  return [
    `${paint(isLive ? "green" : "yellow", words)} ${plugin} ${from} → ${to} on ${site}`,
    ...renderDifference(diff, paint),
    ...(isLive || dryRun ? [] : [`${from} serves on; next: emgate grant ${plugin} --site ${site}`]),
  ].join("\n");
}
