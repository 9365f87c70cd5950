// Writes small files of the command's own state: whole or not at all, and for this user's eyes only.
// Never leaves a half-written file under the final name.
import { randomBytes } from "node:crypto";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Makes the folder of the state, closed to other users, and keeps it out of version control. */
export function makePrivateFolder(path: string): void {
  if (mkdirSync(path, { recursive: true, mode: 0o700 }) === undefined) return;
  writeFileSync(join(path, ".gitignore"), "*\n");
}

/** Writes `value` as JSON through a temporary file beside it; mode 0600. */
export function writePrivateJson(path: string, value: unknown): void {
  makePrivateFolder(dirname(path));
  const temporary = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    writeFileSync(temporary, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600, flush: true });
    renameSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
}
