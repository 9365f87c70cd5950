// An entry of the audit log on one line, in columns that do not depend on the lines after it.
// Pure: it gets cleaned text and hands back text.
import { z } from "zod";
import type { AuditEntry } from "../../contracts/audit.ts";
import { renderScope } from "../grants/render-scope.ts";
import { onOneLine } from "../program/clean-text.ts";
import { formatRow } from "../program/format-table.ts";

/** Characters: a time of ISO 8601, the longest kind, and what verbs, plugins and actors usually take. */
const WIDTHS = [24, 10, 9, 13, 23];

/** What was granted, as a consent's entry holds it. */
const grantedSchema = z
  .array(z.object({ scope: z.string(), caveats: z.record(z.string(), z.unknown()) }))
  .min(1);

export const AUDIT_HEADINGS = formatRow(["WHEN", "KIND", "ACTION", "PLUGIN", "WHO", "WHAT"], WIDTHS);

export function renderEntry(entry: AuditEntry): string {
  const { at, kind, action, plugin, actor } = entry;
  return formatRow([at, kind, action, plugin ?? "-", actor, describeEntry(entry)].map(onOneLine), WIDTHS);
}

function describeEntry({ hook, scope, jti, reason, count, detail }: AuditEntry): string {
  return [
    ...(count > 1 ? [`${count} times`] : []),
    ...(reason === null ? [] : [reason]),
    ...(hook === null ? [] : [`in ${hook}`]),
    ...(scope === null ? [] : [scope]),
    ...Object.entries(detail ?? {}).map(renderDetail),
    ...(jti === null ? [] : [`(grant ${jti})`]),
  ].join(" ");
}

function renderDetail([name, value]: readonly [string, unknown]): string {
  const granted = grantedSchema.safeParse(value);
  if (granted.success) return granted.data.map(renderScope).join(" ");
  return `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`;
}
