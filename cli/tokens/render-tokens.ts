// Tokens in words: the one just made, those that there are, and the end of one.
// Pure: it gets cleaned text and hands back text.
import type { TokenStatus } from "../../contracts/rpc.ts";
import { formatTable } from "../program/format-table.ts";
import type { Paint } from "../program/io.ts";

export function renderNewToken(
  { token, id, role, site, expiresAt }: TokenStatus & { token: string },
  paint: Paint,
): string {
  const where = site === null ? "the deployment" : `site ${site}`;
  const until = expiresAt === null ? "" : ` until ${expiresAt}`;
  return `${token}\n${paint("dim", `${role} of ${where}${until}; id ${id}. It is not shown again.`)}`;
}

export function renderTokens(tokens: readonly TokenStatus[]): string {
  return formatTable(
    ["ID", "ROLE", "SITE", "LABEL", "CREATED", "EXPIRES"],
    tokens.map(({ id, role, site, label, createdAt, expiresAt }) => [
      id,
      role,
      site ?? "-",
      label || "-",
      createdAt,
      expiresAt ?? "never",
    ]),
    "no tokens",
  );
}

export function renderRevoked(
  id: string,
  { revoked, drainedMs }: { revoked: boolean; drainedMs: number },
  paint: Paint,
): string {
  if (!revoked) return `there is no token ${id}`;
  return `${paint("green", "revoked")} ${id}; drained in ${drainedMs} ms`;
}
