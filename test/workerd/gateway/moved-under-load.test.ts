// Writes through hooks while versions come and go: whatever a hook acknowledged is where its version kept it, or moved.
import { afterAll, describe, expect, it } from "vitest";
import { refusalOf } from "../site.ts";
import { emptyPool, type Kept, MOVE_ALL, makeKeeping } from "./versions.ts";

const WRITERS = 3;

/** Writes without a pause, each slug once; answers what was acknowledged, by the version that did. */
function startWriting(keep: (slug: string) => Promise<string>) {
  const acknowledged = new Map<string, string>([["one", "1.0.0"]]);
  const refused = new Map<string, number>();
  let writing = true;
  const writers = Array.from({ length: WRITERS }, async (_, writer) => {
    for (let n = 0; writing; n += 1) {
      const slug = `w${writer}-${n}`;
      const answer = await keep(slug);
      if (/^\d/.test(answer)) acknowledged.set(slug, answer);
      else refused.set(answer, (refused.get(answer) ?? 0) + 1);
      await scheduler.wait(20);
    }
  });
  const by = (major: string) =>
    [...acknowledged].filter(([, version]) => version.startsWith(major)).map(([slug]) => slug);
  return {
    by,
    refused,
    /** Until the version in force has acknowledged some more. */
    async more(major: string, count = 5): Promise<void> {
      const before = by(major).length;
      while (by(major).length < before + count) await scheduler.wait(20);
    },
    async stop(): Promise<void> {
      writing = false;
      await Promise.all(writers);
    },
  };
}

function missingIn({ keys, rows }: Kept, slugs: readonly string[]): string[] {
  return slugs.filter((slug) => !keys.includes(slug) || !rows.includes(slug));
}

afterAll(emptyPool);

describe("writes under load", { timeout: 120_000 }, () => {
  it("are lost in no update, failed or not, in no rollback and in no way up again", async () => {
    const { hold, goLive, keep, rollback, state } = await makeKeeping();
    const load = startWriting(keep);
    await load.more("1.");
    await hold("2.0.0", 'async migrate({ from }) { await from.kv.list(); throw new Error("no"); },');
    expect(await refusalOf(goLive)).toMatchObject({ code: "PLUGIN_ERROR" });
    await load.more("1.");
    expect(load.by("2.")).toEqual([]);

    await hold("2.0.1", MOVE_ALL);
    await goLive();
    const moved = load.by("1.");
    await load.more("2.");
    expect(missingIn(await state(1), moved)).toEqual([]);
    expect(missingIn(await state(2), [...moved, ...load.by("2.")])).toEqual([]);

    await rollback();
    await load.more("1.");
    expect(missingIn(await state(1), load.by("1."))).toEqual([]);

    await hold("2.0.2", MOVE_ALL);
    await goLive();
    await load.more("2.");
    await load.stop();
    expect(missingIn(await state(2), [...load.by("1."), ...load.by("2.")])).toEqual([]);
    expect(missingIn(await state(1), load.by("1."))).toEqual([]);
    expect(load.refused.get("BUSY")).toBeGreaterThan(0);
  });
});
