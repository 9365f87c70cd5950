// Runs a benchmark's Worker on a workerd of its own and answers what it measured; names machine and commit.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { printMachine } from "./print-machine.ts";

// The local collector adds a millisecond to each loopback call; it must be off before wrangler is loaded.
Object.assign(process.env, {
  WRANGLER_SEND_METRICS: "false",
  X_LOCAL_OBSERVABILITY: "false",
  X_LOCAL_EXPLORER: "false",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
});
const { unstable_startWorker: startWorker } = await import("wrangler");

/** The JSON that the Worker at `entrypoint` answers, after the line that says where it was measured. */
export async function runWorker(entrypoint: string): Promise<unknown> {
  const stateDir = await mkdtemp(join(tmpdir(), "emgate-bench-"));
  const worker = await startWorker({
    config: join(import.meta.dirname, "wrangler.toml"),
    entrypoint,
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
    const measured: unknown = await response.json();
    printMachine();
    return measured;
  } finally {
    await worker.dispose();
    await rm(stateDir, { recursive: true, force: true });
  }
}
