// The watchdog of a local runtime: ends one that a plugin holds up, and says which plugin it was. workerd comes
// back by itself, on the same databases.
// Never decides what becomes of a plugin; that is the site's state, told by whoever listens.
import {
  type PluginRun,
  runAnsweredSchema,
  runBeginSchema,
  runsEndedSchema,
  type Trouble,
  troubleTable,
} from "../../../contracts/watchdog.ts";
import type { RuntimeProcesses } from "../runtime-processes.ts";
import { type Judgement, Marks } from "./marks.ts";
import { SILENT_MS, watchRuntime } from "./watch-runtime.ts";

/** A runtime that was ended. `judgement` is null where no plugin can have done it. */
export interface Incident {
  readonly trouble: Trouble;
  readonly judgement: Judgement | null;
}

type Listener = (incident: Incident) => void;

const TICK_MS = 100;

export class Watchdog {
  readonly #marks = new Marks(() => performance.now());
  readonly #listeners: Listener[] = [];
  readonly #recoveryListeners: Listener[] = [];
  #stop = (): void => undefined;

  /** What the gateway tells (contracts/watchdog.ts), by path. It is this machine's own gateway, and still parsed. */
  async answer(path: string, message: unknown): Promise<unknown> {
    switch (path) {
      case "/begin":
        return this.#marks.begin(runBeginSchema.parse(message));
      case "/answered": {
        const { id, started } = runAnsweredSchema.parse(message);
        this.#marks.answered(id, started);
        return {};
      }
      case "/ended": {
        const { count, ...run } = runsEndedSchema.parse(message);
        this.#marks.ended(run, count);
        return {};
      }
      default:
        throw new Error(`the watchdog knows no ${path}`);
    }
  }

  /** Called when the runtime is ended. */
  onIncident(listener: Listener): void {
    this.#listeners.push(listener);
  }

  /** Called when the runtime answers again after that. */
  onRecovery(listener: Listener): void {
    this.#recoveryListeners.push(listener);
  }

  /** The plugin is switched off for good: its gateway knows by itself. */
  settle(run: PluginRun): void {
    this.#marks.settle(run);
  }

  /** Watches the runtime until `stop`. `silentMs`: how long it may answer nothing. */
  watch(url: string, processes: RuntimeProcesses, silentMs = SILENT_MS): void {
    /** Not told as over yet: a process may end before it has answered, and the one before it must not be forgotten. */
    let pending: Incident[] = [];
    const stopWatching = watchRuntime({
      url,
      silentMs,
      processes,
      onTrouble: (trouble) => {
        const incident = { trouble, judgement: this.#judge(trouble) };
        pending.push(incident);
        processes.kill();
        for (const listener of this.#listeners) listener(incident);
      },
      onAnswer: () => this.#marks.noteAnswer(),
      onRecovered: () => {
        const over = pending;
        pending = [];
        for (const incident of over) for (const listener of this.#recoveryListeners) listener(incident);
      },
    });
    const timer = setInterval(() => this.#marks.tick(), TICK_MS).unref();
    this.#stop = () => {
      stopWatching();
      clearInterval(timer);
    };
  }

  stop(): void {
    this.#stop();
  }

  #judge(trouble: Trouble): Judgement | null {
    if (troubleTable[trouble].code !== null) return this.#marks.judge();
    this.#marks.reset();
    return null;
  }
}
