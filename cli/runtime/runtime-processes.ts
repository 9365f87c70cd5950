// Knows the workerd processes that Miniflare starts here, and ends them when nothing else would.
// Never touches a process that this one did not start.
import { type ChildProcess, spawn } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { basename } from "node:path";

/**
 * Reads the ids that run now, a line each time they change. When the writer is gone, whatever the reason,
 * stdin ends: kill what still runs, and remove the folder that was to be thrown away. Signals to the
 * terminal's whole group are ignored, so that the guard outlives the process it watches.
 */
const GUARD_SCRIPT = `
trap '' INT TERM HUP
ids=
while read -r line; do ids=$line; done
[ -n "$ids" ] && kill -9 $ids 2>/dev/null
[ -n "$1" ] && rm -rf -- "$1"
exit 0
`;

/** How a process ended: by itself with `code`, or by `signal`. */
export interface RuntimeEnd {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface RuntimeProcesses {
  /** Those that run, and were not told to end. */
  pids(): readonly number[];
  /** Ends workerd at once; Miniflare starts a new one on the same databases unless it was closed before. */
  kill(): void;
  /** Calls back when a workerd has ended that was not told to. */
  onEnd(listener: (end: RuntimeEnd) => void): void;
  /** Forgets them; whatever still runs is ended. */
  release(): void;
}

/**
 * Watches for workerd processes from now on. workerd outlives a killed parent and holds its port and its
 * databases, so a guard beside this process ends it then.
 *
 * @param removeOnDeath a folder that the guard removes if this process is killed
 */
export function watchRuntimeProcesses(removeOnDeath = ""): RuntimeProcesses {
  const running = new Set<ChildProcess>();
  const endListeners: ((end: RuntimeEnd) => void)[] = [];
  const guard = startGuard(removeOnDeath);
  let released = false;

  const report = (): void => {
    guard?.stdin?.write(`${[...running].map(({ pid }) => pid).join(" ")}\n`);
  };
  const watch = (message: unknown): void => {
    const child = readChild(message);
    child?.once("spawn", () => {
      if (!isRuntime(child)) return;
      running.add(child);
      report();
      child.once("exit", (code, signal) => {
        running.delete(child);
        if (released) return;
        report();
        // A process that was told to end here takes a while to be gone.
        if (child.killed) return;
        for (const listener of endListeners) listener({ code, signal });
      });
    });
  };
  const kill = (): void => {
    for (const child of running) child.kill("SIGKILL");
  };
  subscribe("child_process", watch);
  process.on("exit", kill);

  return {
    pids: () => [...running].flatMap(({ killed, pid }) => (killed ? [] : (pid ?? []))),
    kill,
    onEnd: (listener) => void endListeners.push(listener),
    release: () => {
      released = true;
      unsubscribe("child_process", watch);
      process.off("exit", kill);
      kill();
      guard?.stdin?.end("\n");
    },
  };
}

/** The guard is a POSIX shell loop. Windows has none: there a killed start's workerd is ended by hand. */
function startGuard(removeOnDeath: string): ChildProcess | null {
  if (process.platform === "win32") return null;
  const guard = spawn("/bin/sh", ["-c", GUARD_SCRIPT, "emgate-guard", removeOnDeath], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  // Best effort: without a shell there is no guard, and a killed start leaves its workerd behind.
  guard.on("error", () => undefined);
  guard.stdin.on("error", () => undefined);
  guard.unref();
  return guard;
}

function readChild(message: unknown): ChildProcess | null {
  const isMessage = typeof message === "object" && message !== null && "process" in message;
  // The documented message of this channel: `{ process: ChildProcess }`.
  return isMessage ? (message.process as ChildProcess) : null;
}

function isRuntime(child: ChildProcess): boolean {
  return /^workerd(\.exe)?$/.test(basename(child.spawnfile));
}
