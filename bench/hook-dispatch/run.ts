// Runs worker.ts on a workerd of its own and prints what it measured, with the machine and the commit.
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";

interface CaseReport {
  readonly name: string;
  readonly floorUs: number;
  readonly emgateUs: number;
  readonly ratio: number;
}

// The local collector adds a millisecond to each loopback call; it must be off before wrangler is loaded.
Object.assign(process.env, {
  WRANGLER_SEND_METRICS: "false",
  X_LOCAL_OBSERVABILITY: "false",
  X_LOCAL_EXPLORER: "false",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
});
const { unstable_startWorker: startWorker } = await import("wrangler");

const stateDir = await mkdtemp(join(tmpdir(), "emgate-bench-"));
const worker = await startWorker({
  config: join(import.meta.dirname, "wrangler.toml"),
  dev: {
    server: { port: 0, hostname: "127.0.0.1" },
    persist: stateDir,
    logLevel: "error",
    inspector: false,
    watch: false,
    liveReload: false,
  },
});
try {
  await worker.ready;
  const response = await fetch(await worker.url);
  if (!response.ok) throw new Error(await response.text());
  // The answer of worker.ts, which shares this interface.
  const { warm, cold } = (await response.json()) as { warm: CaseReport[]; cold: CaseReport };
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  const [cpu] = cpus();
  console.log(`${cpus().length} × ${cpu?.model ?? "unknown"}, Node ${process.version}, commit ${commit}`);
  console.log("medians in µs a call; ratio: median of paired rounds\n");
  console.log("case                                  floor   emgate   ratio");
  for (const { name, floorUs, emgateUs, ratio } of [...warm, cold]) {
    const columns = [
      floorUs.toFixed(0).padStart(7),
      emgateUs.toFixed(0).padStart(8),
      ratio.toFixed(2).padStart(7),
    ];
    console.log(`${name.padEnd(36)}${columns.join(" ")}`);
  }
} finally {
  await worker.dispose();
  await rm(stateDir, { recursive: true, force: true });
}
