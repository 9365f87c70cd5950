// Notices a runtime that a plugin holds up or has ended. One thread serves every isolate of workerd, so a plugin
// that computes without end holds every other request as long.
// Never takes a busy machine for a wedge where it can tell them apart, and ends nothing itself.
import type { Trouble } from "../../../contracts/watchdog.ts";
import type { RuntimeEnd, RuntimeProcesses } from "../runtime-processes.ts";
import { isHealthy } from "../wait-for-health.ts";
import { readUsage, type Usage } from "./process-usage.ts";

const TICK_MS = 100;
/** Milliseconds between two questions, each of which costs the runtime some microseconds. */
const PROBE_EVERY_MS = 200;
/** Milliseconds without an answer; with the tick and the kill it is over two seconds after it began. */
export const SILENT_MS = 1_800;
/** The part of the silence that was computed in: a runtime that only waits for its turn on the machine has less. */
const MIN_CPU_SHARE = 0.55;
/** How much longer the silence has to be where the system does not say what a process does. */
const UNCOUNTED_FACTOR = 2;
/** Milliseconds of silence after which it does not matter that nothing is computed, or that something is moved. */
const STALLED_MS = 6_000;
const CROWDED_MS = 15_000;
/** For a process that has just begun, which reads its code first. */
const STARTING: Limits = { silentMs: 4_000, cpuMs: 3_000, uncountedMs: 15_000, stalledMs: 15_000 };
/** Memory of the runtime's processes: Cloudflare gives a plugin 128 MB, and the rest of a site takes less. */
const MAX_MEMORY_BYTES = 2 * 1024 ** 3;
/** Signals that a process sends itself when it breaks; any other comes from outside. */
const CRASH_SIGNALS: readonly string[] = ["SIGABRT", "SIGSEGV", "SIGTRAP", "SIGILL", "SIGBUS", "SIGFPE"];

/** Milliseconds: of silence, and of CPU time within it. */
interface Limits {
  readonly silentMs: number;
  readonly cpuMs: number;
  readonly uncountedMs: number;
  readonly stalledMs: number;
}

const NOTHING_USED: Usage = { cpuMs: 0, memoryBytes: 0, moves: 0 };

interface WatchOptions {
  readonly url: string;
  /** Milliseconds without an answer after which the runtime is looked at. */
  readonly silentMs: number;
  readonly processes: RuntimeProcesses;
  /** Called for each trouble; the runtime has to be ended then, if it is not. */
  readonly onTrouble: (trouble: Trouble) => void;
  readonly onAnswer: () => void;
  /** Called when a process answers for the first time. */
  readonly onRecovered: () => void;
}

/** Watches a runtime that was just started; the returned function ends that. */
export function watchRuntime({
  url,
  silentMs: maxSilentMs,
  processes,
  onTrouble,
  onAnswer,
  onRecovered,
}: WatchOptions): () => void {
  let isStarting = true;
  let answeredAtMs = performance.now();
  let usedThen: Usage | null = NOTHING_USED;
  let tickedAtMs = answeredAtMs;
  let askedAtMs = 0;
  let moves = 0;
  let movedAtMs = answeredAtMs;
  let isAsking = false;
  /** Counts the processes: an answer of one that was ended says nothing about the next. */
  let life = 0;
  let isOver = false;

  const tell = (trouble: Trouble): void => {
    if (isOver) return;
    life += 1;
    isStarting = true;
    answeredAtMs = performance.now();
    usedThen = NOTHING_USED;
    onTrouble(trouble);
  };
  const ask = async (): Promise<void> => {
    const asked = life;
    isAsking = true;
    const answers = await isHealthy(url, maxSilentMs);
    isAsking = false;
    if (!answers || isOver || life !== asked) return;
    answeredAtMs = performance.now();
    usedThen = readUsage(processes.pids());
    onAnswer();
    if (!isStarting) return;
    isStarting = false;
    onRecovered();
  };
  const tick = (): void => {
    const now = performance.now();
    // While this process stood still itself it could not have noticed an answer.
    answeredAtMs += Math.max(0, now - tickedAtMs - 2 * TICK_MS);
    tickedAtMs = now;
    if (!isAsking && now - askedAtMs >= (isStarting ? TICK_MS : PROBE_EVERY_MS)) {
      askedAtMs = now;
      void ask();
    }
    const used = readUsage(processes.pids());
    if (used !== null && used.moves !== moves) {
      moves = used.moves;
      movedAtMs = now;
    }
    const silentMs = now - answeredAtMs;
    // A plugin that holds the one thread keeps it from reading and writing, too; a crowd of visitors does not.
    const isCrowded = !isStarting && now - movedAtMs < maxSilentMs && silentMs < CROWDED_MS;
    const limits = isStarting ? STARTING : limitsOf(maxSilentMs);
    const silence = isCrowded ? null : judgeSilence(silentMs, used, usedThen, limits);
    const trouble = used !== null && used.memoryBytes > MAX_MEMORY_BYTES ? "memory" : silence;
    if (trouble !== null) tell(trouble);
  };
  const timer = setInterval(tick, TICK_MS).unref();
  processes.onEnd((end) => tell(isCrash(end) ? "ended" : "killed"));
  return () => {
    isOver = true;
    clearInterval(timer);
  };
}

function limitsOf(silentMs: number): Limits {
  return {
    silentMs,
    cpuMs: silentMs * MIN_CPU_SHARE,
    uncountedMs: silentMs * UNCOUNTED_FACTOR,
    stalledMs: Math.max(STALLED_MS, silentMs),
  };
}

function judgeSilence(
  silentMs: number,
  used: Usage | null,
  usedThen: Usage | null,
  limits: Limits,
): Trouble | null {
  if (silentMs < limits.silentMs) return null;
  if (used === null || usedThen === null) return silentMs >= limits.uncountedMs ? "silent" : null;
  if (used.cpuMs - usedThen.cpuMs >= limits.cpuMs) return "silent";
  return silentMs >= limits.stalledMs ? "stalled" : null;
}

function isCrash({ code, signal }: RuntimeEnd): boolean {
  return signal === null ? code !== 0 : CRASH_SIGNALS.includes(signal);
}
