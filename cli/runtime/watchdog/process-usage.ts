// What processes have used so far, where the system says it at no cost: on Linux, under /proc.
// Never starts a program to find out.
import { readFileSync } from "node:fs";

export interface Usage {
  /** Milliseconds of CPU time, of all threads. */
  readonly cpuMs: number;
  readonly memoryBytes: number;
  /** Calls of the system that read or wrote something, by a socket or a file. */
  readonly moves: number;
}

/** Linux counts CPU time in hundredths of a second and memory in pages, on every machine that Node runs on. */
const MS_PER_TICK = 10;
const BYTES_PER_PAGE = 4096;

/** Of all of them together; null where the system does not say, or one of them is gone. */
export function readUsage(pids: readonly number[]): Usage | null {
  if (process.platform !== "linux" || pids.length === 0) return null;
  try {
    const usages = pids.map(readOne);
    return {
      cpuMs: usages.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
      memoryBytes: usages.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
      moves: usages.reduce((sum, { moves }) => sum + moves, 0),
    };
  } catch {
    // It ended while it was looked at; whoever waits for its end hears of that elsewhere.
    return null;
  }
}

/** Fields as proc(5) numbers them, counted from behind the name, which may hold anything. */
function readOne(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [user, system, resident] = [fields[11], fields[12], fields[21]].map(Number);
  const moves = [...readFileSync(`/proc/${pid}/io`, "utf8").matchAll(/^sysc[rw]: (\d+)/gm)];
  if (user === undefined || system === undefined || resident === undefined || moves.length !== 2) {
    throw new Error("unknown format");
  }
  return {
    cpuMs: (user + system) * MS_PER_TICK,
    memoryBytes: resident * BYTES_PER_PAGE,
    moves: moves.reduce((sum, [, count]) => sum + Number(count), 0),
  };
}
