// Prints what leases cost: see worker.ts.
import { join } from "node:path";
import { runWorker } from "../run-worker.ts";
import type { Report } from "./worker.ts";

const TARGET_RATIO = 1.05;

const { dispatch, leases } = (await runWorker(join(import.meta.dirname, "worker.ts"))) as Report; // its answer
console.log("medians in µs a call; ratio: median of paired rounds; of sums: all rounds, renewals included\n");
console.log("dispatch, beforePublish       frozen   leased   ratio   of sums");
for (const { calls, baseUs, otherUs, ratio, ratioOfTotals } of dispatch) {
  const name = `capability calls: ${calls}`.padEnd(28);
  console.log(
    name,
    us(baseUs),
    us(otherUs),
    ratio.toFixed(2).padStart(7),
    ratioOfTotals.toFixed(2).padStart(9),
  );
}
console.log(`target of the ratio: at most ${TARGET_RATIO}\n`);
console.log("taking a lease                  cold  unchanged");
for (const { plugins, coldUs, unchangedUs } of leases) {
  console.log(`plugins on the site: ${plugins}`.padEnd(28), us(coldUs), us(unchangedUs).padStart(10));
}

function us(value: number): string {
  return value.toFixed(0).padStart(7);
}
