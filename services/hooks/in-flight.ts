// Runs several plugins' calls at once, at most as many as the platform allows a request.
// A plugin that hangs counts as in flight until its work has ended, also after its time is up.
import { MAX_IN_FLIGHT } from "../../contracts/limits.ts";

/** One plugin's turn: how to start it, and what to report when no place came free in time. */
export interface Turn<R> {
  start(): { readonly report: Promise<R>; readonly ended: Promise<unknown> };
  skip(): R;
}

/** The reports in the order of the turns. `waitMs`: how long a turn may wait for a place. */
export async function runInFlight<R>(turns: readonly Turn<R>[], waitMs: number): Promise<R[]> {
  const places = new Places(MAX_IN_FLIGHT);
  return Promise.all(
    turns.map(async (turn) => {
      if (!(await places.take(waitMs))) return turn.skip();
      const { report, ended } = turn.start();
      void ended.finally(() => places.free());
      return report;
    }),
  );
}

class Places {
  #free: number;
  readonly #waiting: ((taken: boolean) => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** True with a place, false when none came free within `waitMs`. */
  async take(waitMs: number): Promise<boolean> {
    if (this.#free > 0) {
      this.#free -= 1;
      return true;
    }
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#waiting.push(resolve);
    const timer = setTimeout(() => {
      const index = this.#waiting.indexOf(resolve);
      if (index >= 0) this.#waiting.splice(index, 1);
      resolve(false);
    }, waitMs);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  free(): void {
    const next = this.#waiting.shift();
    if (next) next(true);
    else this.#free += 1;
  }
}
