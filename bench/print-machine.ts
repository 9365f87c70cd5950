// Says where a benchmark was run: figures mean nothing without it.
import { execFileSync } from "node:child_process";
import { cpus } from "node:os";

export function printMachine(): void {
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  const [cpu] = cpus();
  console.log(`${cpus().length} × ${cpu?.model ?? "unknown"}, Node ${process.version}, commit ${commit}`);
}
