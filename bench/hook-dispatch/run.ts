// Prints what a hook call costs beside the bare Worker Loader: see worker.ts.
import { join } from "node:path";
import { runWorker } from "../run-worker.ts";
import type { CaseReport } from "./worker.ts";

const { warm, cold } = (await runWorker(join(import.meta.dirname, "worker.ts"))) as {
  warm: CaseReport[];
  cold: CaseReport;
}; // its answer
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
