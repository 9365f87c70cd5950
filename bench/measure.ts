// Times calls in batches, two ways in turns, so that a drifting machine drifts under both.
// It knows nothing of what it times.

/** The clock has steps of a millisecond, so what is timed is a batch. */
const BATCH = 200;
/** Rounds before the first that counts: warm means isolate and compiled code. */
const WARM_UP_ROUNDS = 8;
/** Many, so that some of them hold a renewal, which comes once a second. */
const PAIRED_ROUNDS = 41;
const PRICED_ROUNDS = 11;

export interface Comparison {
  /** Medians, in µs a call. */
  readonly baseUs: number;
  readonly otherUs: number;
  /** Median of the paired rounds. */
  readonly ratio: number;
  /** Of the sums of all rounds: what happens in few of them counts here. */
  readonly ratioOfTotals: number;
}

type Call = () => Promise<unknown>;

export async function compare(base: Call, other: Call): Promise<Comparison> {
  for (let round = 0; round < WARM_UP_ROUNDS; round += 1) {
    await timeBatch(base);
    await timeBatch(other);
  }
  const bases: number[] = [];
  const others: number[] = [];
  for (let round = 0; round < PAIRED_ROUNDS; round += 1) {
    // In changing order: whoever comes second finds the other's garbage.
    if (round % 2 === 0) bases.push(await timeBatch(base));
    others.push(await timeBatch(other));
    if (round % 2 === 1) bases.push(await timeBatch(base));
  }
  return {
    baseUs: perCallUs(median(bases)),
    otherUs: perCallUs(median(others)),
    ratio: median(others.map((ms, round) => ms / (bases[round] ?? ms))),
    ratioOfTotals: sum(others) / sum(bases),
  };
}

/** Median, in µs a call. */
export async function price(call: Call): Promise<number> {
  for (let round = 0; round < WARM_UP_ROUNDS; round += 1) await timeBatch(call);
  const rounds: number[] = [];
  for (let round = 0; round < PRICED_ROUNDS; round += 1) rounds.push(await timeBatch(call));
  return perCallUs(median(rounds));
}

async function timeBatch(call: Call): Promise<number> {
  const startedMs = Date.now();
  for (let turn = 0; turn < BATCH; turn += 1) await call();
  return Date.now() - startedMs;
}

function perCallUs(batchMs: number): number {
  return (batchMs * 1000) / BATCH;
}

/** The middle one. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value that `share` of all lie below, such as 0.95. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * share)] ?? 0;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
