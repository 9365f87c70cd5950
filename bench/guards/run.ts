// Prints what each guard of a capability call costs: see worker.ts.
import { join } from "node:path";
import { runWorker } from "../run-worker.ts";
import type { GuardCost } from "./worker.ts";

const costs = (await runWorker(join(import.meta.dirname, "worker.ts"))) as GuardCost[]; // its answer
console.log("medians in µs a call; ratio: median of paired rounds\n");
console.log("guard                                   without     with     cost   ratio");
for (const { name, count, baseUs, otherUs, ratio } of costs) {
  const columns = [
    us(baseUs / count).padStart(9),
    us(otherUs / count).padStart(8),
    us((otherUs - baseUs) / count).padStart(8),
    ratio.toFixed(2).padStart(7),
  ];
  console.log(`${name.padEnd(38)}${columns.join(" ")}`);
}

function us(value: number): string {
  return value.toFixed(value < 10 ? 2 : 0);
}
