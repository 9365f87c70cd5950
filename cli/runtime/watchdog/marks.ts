// Which plugins are at work in the runtime, so that one which holds it up has a name. Policy: it is told what
// happens and answers; it neither watches nor ends anything.
// Never names a plugin where another could have done it.
import type { PluginRun, RunBegin, RunVerdict } from "../../../contracts/watchdog.ts";

/** Milliseconds that runs are marked for, from the last wedge on. */
const WATCH_MS = 600_000;
/** Milliseconds a plugin waits for another's run to end before it runs beside it; at most half of its time. */
const PATIENCE_MS = 1_000;
/** The same beside a suspect that was answered and works on: nothing that it does then can count. */
const LEFTOVER_PATIENCE_MS = 5_000;

/** A run whose work has not ended. */
interface Mark {
  readonly id: number;
  readonly run: PluginRun;
  readonly begunAtMs: number;
  answeredAtMs: number | null;
}

/** A run that waits for its turn. */
interface Waiting {
  readonly run: PluginRun;
  readonly sinceMs: number;
  readonly untilMs: number;
  /** Milliseconds it waits for a run beside which it may run. */
  readonly patienceMs: number;
  readonly answer: (verdict: RunVerdict) => void;
}

/** What a wedge came to. `culprits` is empty where nobody can be named for sure. */
export interface Judgement {
  readonly culprits: readonly PluginRun[];
  /** Those that were at work; empty also where nobody was watched. */
  readonly suspects: readonly PluginRun[];
}

export class Marks {
  readonly #clock: () => number;
  #watchUntilMs = 0;
  #answeredAtMs = 0;
  #lastId = 0;
  #open: Mark[] = [];
  #waiting: Waiting[] = [];
  /** After a wedge among several: these run with nobody beside them. */
  #suspects = new Set<string>();
  readonly #stopped = new Set<string>();

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /**
   * Asks for a plugin's turn. Watched plugins run one at a time, or a wedge among several would name nobody;
   * a slow one is not waited for beyond a second unless it is a suspect.
   */
  begin({ waitMs, ...run }: RunBegin): Promise<RunVerdict> {
    if (this.#stopped.has(keyOf(run))) return Promise.resolve({ verdict: "stopped", id: 0 });
    const now = this.#clock();
    if (now >= this.#watchUntilMs) return Promise.resolve({ verdict: "off", id: 0 });
    return new Promise((answer) => {
      const patienceMs = Math.min(PATIENCE_MS, waitMs / 2);
      this.#waiting.push({ run, sinceMs: now, untilMs: now + waitMs, patienceMs, answer });
      this.tick();
    });
  }

  /** The plugin's call was answered, or did not start at all. */
  answered(id: number, started: boolean): void {
    const mark = this.#open.find((open) => open.id === id);
    if (mark === undefined) return;
    if (started) mark.answeredAtMs = this.#clock();
    else this.#open = this.#open.filter((open) => open !== mark);
    this.tick();
  }

  /** Runs of the plugin have ended. They are all alike here: the oldest are taken for those. */
  ended(run: Pick<PluginRun, "site" | "plugin">, count: number): void {
    for (let left = count; left > 0; left -= 1) {
      const index = this.#open.findIndex((open) => keyOf(open.run) === keyOf(run));
      if (index < 0) break;
      this.#open.splice(index, 1);
    }
    this.tick();
  }

  /** The runtime has answered something just now: whoever is at work does not hold it up. */
  noteAnswer(): void {
    this.#answeredAtMs = this.#clock();
    this.tick();
  }

  /** Lets in whoever's turn it is; to be called as time goes by, too. */
  tick(): void {
    const now = this.#clock();
    this.#waiting = this.#waiting.filter((waiting) => {
      if (this.#mayRun(waiting)) {
        this.#lastId += 1;
        this.#open.push({ id: this.#lastId, run: waiting.run, begunAtMs: now, answeredAtMs: null });
        waiting.answer({ verdict: "go", id: this.#lastId });
        return false;
      }
      if (now < waiting.untilMs) return true;
      waiting.answer({ verdict: "busy", id: 0 });
      return false;
    });
  }

  /** The runtime was ended: says who did it. The runs are gone with it, and those to come are watched. */
  judge(): Judgement {
    const now = this.#clock();
    const isSecond = now < this.#watchUntilMs;
    const runs = distinct(this.#open.map(({ run }) => run));
    const culprits = isSecond ? this.#findCulprits(runs) : [];
    this.#suspects = new Set(culprits.length === 0 && isSecond ? runs.map(keyOf) : []);
    for (const culprit of culprits) this.#stopped.add(keyOf(culprit));
    this.#watchUntilMs = now + WATCH_MS;
    this.reset();
    return { culprits, suspects: culprits.length === 0 ? runs : [] };
  }

  /** The runtime was ended by something that is no plugin: its runs are gone, and that is all. */
  reset(): void {
    this.#open = [];
    for (const { answer } of this.#waiting.splice(0)) answer({ verdict: "busy", id: 0 });
  }

  /** The plugin is switched off where that is kept; from here on the gateway knows it by itself. */
  settle(run: PluginRun): void {
    this.#stopped.delete(keyOf(run));
  }

  #findCulprits(runs: readonly PluginRun[]): PluginRun[] {
    if (runs.length <= 1) return [...runs];
    // Suspects run alone but for what one of them left behind, which hides either it or the one beside it. A
    // plugin whose work goes on for seconds past its answer, twice, into a wedge, has itself to blame.
    const leftovers = this.#open.filter(({ answeredAtMs }) => answeredAtMs !== null).map(({ run }) => run);
    return distinct(leftovers).filter((run) => this.#suspects.has(keyOf(run)));
  }

  /** Patience ends only while the runtime answers: nobody is let in beside one that holds it up. */
  #mayRun({ run, sinceMs, patienceMs }: Waiting): boolean {
    const now = this.#answeredAtMs;
    return this.#open.every((mark) => {
      if (keyOf(mark.run) === keyOf(run)) return true;
      const isStrict = this.#suspects.has(keyOf(mark.run)) || this.#suspects.has(keyOf(run));
      if (!isStrict) return now - Math.max(sinceMs, mark.begunAtMs) >= patienceMs;
      return mark.answeredAtMs !== null && now - mark.answeredAtMs >= LEFTOVER_PATIENCE_MS;
    });
  }
}

function keyOf({ site, plugin }: Pick<PluginRun, "site" | "plugin">): string {
  return `${site}/${plugin}`;
}

/** One run for each plugin, the latest. */
function distinct(runs: readonly PluginRun[]): PluginRun[] {
  return [...new Map(runs.map((run) => [keyOf(run), run])).values()];
}
