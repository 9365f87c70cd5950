import { describe, expect, it } from "vitest";
import { LEASE_MARGIN_MS } from "../../../contracts/limits.ts";
import type { LeaseAnswer } from "../../../contracts/site.ts";
import { LeaseCache } from "../../../services/site-state/index.ts";

const TTL_MS = 2_000;
const SPAN_MS = TTL_MS - LEASE_MARGIN_MS;
const KEY = "demo";

/** A cache on a clock that the test moves, and an owner whose state is `rev`; `delayMs` passes in each answer. */
function makeHolder() {
  const time = { ms: 1_000_000 };
  const cache = new LeaseCache<string>(() => time.ms);
  const owner = { rev: 1, delayMs: 0, asked: [] as (number | null)[], fails: false };
  const background: Promise<unknown>[] = [];
  const ask = async (_key: string, known: number | null): Promise<LeaseAnswer<string>> => {
    owner.asked.push(known);
    const { rev } = owner;
    time.ms += owner.delayMs;
    if (owner.fails) throw new Error("unreachable");
    if (known === rev) return { rev, ttlMs: TTL_MS, unchanged: true };
    return { rev, ttlMs: TTL_MS, snapshot: `rev ${rev}` };
  };
  const take = (key = KEY) => cache.take(key, ask, (work) => background.push(work));
  return { time, cache, owner, background, take };
}

/** Answers that come when the test says so. */
function makeSlowOwner() {
  const open: ((answer: LeaseAnswer<string>) => void)[] = [];
  const ask = () => new Promise<LeaseAnswer<string>>((resolve) => open.push(resolve));
  const answer = (index: number, rev: number) =>
    open[index]?.({ rev, ttlMs: TTL_MS, snapshot: `rev ${rev}` });
  return { ask, answer, open };
}

describe("LeaseCache", () => {
  it("goes on asking while changes in this isolate make its answers old", async () => {
    const { cache, owner } = makeHolder();
    let changes = 4;
    const ask = async (): Promise<LeaseAnswer<string>> => {
      if (changes > 0) cache.forget(KEY);
      changes -= 1;
      return { rev: owner.rev, ttlMs: TTL_MS, snapshot: "the newest" };
    };
    expect(await cache.take(KEY, ask, () => {})).toBe("the newest");
  });

  it("gives up where they never end", async () => {
    const { cache, owner } = makeHolder();
    const ask = async (): Promise<LeaseAnswer<string>> => {
      cache.forget(KEY);
      return { rev: owner.rev, ttlMs: TTL_MS, snapshot: "old" };
    };
    await expect(cache.take(KEY, ask, () => {})).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });

  it("holds nothing until it is asked, and then for each key alone", async () => {
    const { cache, take } = makeHolder();
    expect(cache.peek(KEY)).toBeNull();
    expect(await take()).toBe("rev 1");
    expect(cache.peek(KEY)).toBe("rev 1");
    expect(cache.peek("other")).toBeNull();
  });

  it("counts the span from before it asked, less the margin", async () => {
    const { time, cache, owner, take } = makeHolder();
    owner.delayMs = 1_000;
    const askedAtMs = time.ms;
    await take();
    time.ms = askedAtMs + SPAN_MS - 1;
    expect(cache.peek(KEY)).toBe("rev 1");
    time.ms = askedAtMs + SPAN_MS;
    expect(cache.peek(KEY)).toBeNull();
  });

  it("asks again when the answer outlasted its own span, and gives up after that", async () => {
    const { time, owner, take } = makeHolder();
    owner.delayMs = SPAN_MS;
    await expect(take()).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(owner.asked).toHaveLength(2);
    owner.delayMs = SPAN_MS - 1;
    expect(await take()).toBe("rev 1");
    time.ms += 1;
  });

  it("asks the owner when the lease is over, naming the revision it knows", async () => {
    const { time, owner, take } = makeHolder();
    await take();
    time.ms += SPAN_MS;
    owner.rev = 2;
    expect(await take()).toBe("rev 2");
    expect(owner.asked).toEqual([null, 1]);
  });

  it("keeps its snapshot for another span when the owner says «unchanged»", async () => {
    const { time, cache, take } = makeHolder();
    await take();
    time.ms += SPAN_MS;
    expect(await take()).toBe("rev 1");
    time.ms += SPAN_MS - 1;
    expect(cache.peek(KEY)).toBe("rev 1");
  });

  it("refuses «unchanged» for what it never held", async () => {
    const { cache } = makeHolder();
    const ask = async () => ({ rev: 1, ttlMs: TTL_MS, unchanged: true }) as const;
    await expect(cache.take(KEY, ask, () => {})).rejects.toThrow("never held");
    expect(cache.peek(KEY)).toBeNull();
  });

  it("lets an owner that cannot be asked fail the call, and uses no lease that is over", async () => {
    const { time, cache, owner, take } = makeHolder();
    await take();
    time.ms += SPAN_MS;
    owner.fails = true;
    await expect(take()).rejects.toThrow("unreachable");
    expect(cache.peek(KEY)).toBeNull();
  });

  it("never lets an older revision take the place of a newer one", async () => {
    const { cache } = makeHolder();
    const { ask, answer } = makeSlowOwner();
    const first = cache.take(KEY, ask, () => {});
    const second = cache.take(KEY, ask, () => {});
    answer(1, 2);
    expect(await second).toBe("rev 2");
    answer(0, 1);
    expect(await first).toBe("rev 2");
    expect(cache.peek(KEY)).toBe("rev 2");
  });

  it("does not fall back to a newer revision whose lease is over: it asks again", async () => {
    const { time, cache } = makeHolder();
    const { ask, answer, open } = makeSlowOwner();
    const first = cache.take(KEY, ask, () => {});
    const second = cache.take(KEY, ask, () => {});
    answer(1, 2);
    await second;
    time.ms += SPAN_MS;
    answer(0, 1);
    await until(() => open.length === 3);
    answer(2, 3);
    expect(await first).toBe("rev 3");
  });

  it("does not shorten a lease by an answer to an earlier question", async () => {
    const { time, cache } = makeHolder();
    const { ask, answer } = makeSlowOwner();
    const first = cache.take(KEY, ask, () => {});
    time.ms += 500;
    const second = cache.take(KEY, ask, () => {});
    answer(1, 1);
    answer(0, 1);
    await Promise.all([first, second]);
    time.ms += SPAN_MS - 1;
    expect(cache.peek(KEY)).toBe("rev 1");
  });

  it("believes an owner that was set back, once no newer lease is good any more", async () => {
    const { time, owner, take } = makeHolder();
    owner.rev = 9;
    await take();
    time.ms += SPAN_MS;
    owner.rev = 3;
    expect(await take()).toBe("rev 3");
  });
});

describe("LeaseCache, told to forget", () => {
  it("asks again in the next call, for that key alone", async () => {
    const { cache, owner, take } = makeHolder();
    await take();
    await take("other");
    owner.rev = 2;
    cache.forget(KEY);
    expect(cache.peek(KEY)).toBeNull();
    expect(await take()).toBe("rev 2");
    expect(cache.peek("other")).toBe("rev 1");
  });

  it("keeps no answer to a question from before: the change came after it", async () => {
    const { cache } = makeHolder();
    const { ask, answer, open } = makeSlowOwner();
    const first = cache.take(KEY, ask, () => {});
    cache.forget(KEY);
    answer(0, 1);
    await until(() => open.length === 2);
    expect(cache.peek(KEY)).toBeNull();
    answer(1, 2);
    expect(await first).toBe("rev 2");
  });
});

describe("LeaseCache, renewal", () => {
  it("does not ask in the first half of a lease", async () => {
    const { time, owner, background, take } = makeHolder();
    await take();
    time.ms += SPAN_MS / 2;
    await take();
    expect(owner.asked).toHaveLength(1);
    expect(background).toHaveLength(0);
  });

  it("renews in the second half through waitUntil, once, while everyone is answered from the lease", async () => {
    const { time, cache, owner, background, take } = makeHolder();
    await take();
    time.ms += SPAN_MS / 2 + 1;
    owner.rev = 2;
    expect(await Promise.all([take(), take(), take()])).toEqual(["rev 1", "rev 1", "rev 1"]);
    expect(background).toHaveLength(1);
    await Promise.all(background);
    expect(cache.peek(KEY)).toBe("rev 2");
    expect(owner.asked).toEqual([null, 1]);
  });

  it("a renewal that fails disturbs nobody, and the lease ends when it would have", async () => {
    const { time, cache, owner, background, take } = makeHolder();
    await take();
    const takenAtMs = time.ms;
    time.ms += SPAN_MS / 2 + 1;
    owner.fails = true;
    expect(await take()).toBe("rev 1");
    await expect(Promise.all(background)).resolves.toEqual([undefined]);
    time.ms = takenAtMs + SPAN_MS - 1;
    expect(cache.peek(KEY)).toBe("rev 1");
    time.ms += 1;
    expect(cache.peek(KEY)).toBeNull();
  });

  it("tries again after a second when the request that renewed has died", async () => {
    const { time, cache } = makeHolder();
    let asked = 0;
    const ask = async (): Promise<LeaseAnswer<string>> => {
      asked += 1;
      if (asked === 2) return new Promise(() => {});
      return { rev: 1, ttlMs: 8_000, snapshot: "rev 1" };
    };
    const take = () => cache.take(KEY, ask, () => {});
    await take();
    time.ms += 5_000;
    await take();
    time.ms += 999;
    await take();
    expect(asked).toBe(2);
    time.ms += 1;
    await take();
    expect(asked).toBe(3);
  });
});

/** Lets what is pending go on until it has come to a point. */
async function until(reached: () => boolean): Promise<void> {
  for (let turn = 0; turn < 100 && !reached(); turn += 1) await Promise.resolve();
  expect(reached()).toBe(true);
}
