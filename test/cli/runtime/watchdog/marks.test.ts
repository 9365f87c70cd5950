// Whom the watchdog names: nobody at first, then the one plugin at work, and never one beside which it cannot tell.
import { beforeEach, describe, expect, it } from "vitest";
import { Marks } from "../../../../cli/runtime/watchdog/marks.ts";
import type { RunBegin, RunVerdict } from "../../../../contracts/watchdog.ts";

const WAIT_MS = 5_000;
let now = 0;
let marks: Marks;

beforeEach(() => {
  now = 1_000;
  marks = new Marks(() => now);
});

function run(plugin: string, changes: Partial<RunBegin> = {}): RunBegin {
  return { site: "demo", plugin, hook: "renderHtml", waitMs: WAIT_MS, ...changes };
}

/** The verdict as it stands when everything that is settled has been told; null while it waits. */
async function verdictOf(begun: Promise<RunVerdict>): Promise<RunVerdict["verdict"] | null> {
  const settled = await Promise.race([begun, Promise.resolve(null)]);
  return settled?.verdict ?? null;
}

/** Time goes by in a runtime that answers. */
function pass(ms: number): void {
  now += ms;
  marks.noteAnswer();
}

/** A plugin that runs, with its mark. */
async function start(plugin: string): Promise<number> {
  const { verdict, id } = await marks.begin(run(plugin));
  expect(verdict).toBe("go");
  return id;
}

const named = (plugin: string) => ({ site: "demo", plugin, hook: "renderHtml" });

describe("before the first wedge", () => {
  it("nobody is watched", async () => {
    expect(await marks.begin(run("one"))).toMatchObject({ verdict: "off" });
  });

  it("which names nobody, and has the next ten minutes watched", async () => {
    expect(marks.judge()).toEqual({ culprits: [], suspects: [] });
    now += 599_000;
    expect(await marks.begin(run("one"))).toMatchObject({ verdict: "go" });
    now += 1_000;
    expect(await marks.begin(run("two"))).toMatchObject({ verdict: "off" });
  });
});

describe("a second wedge", () => {
  beforeEach(() => void marks.judge());

  it("is laid at the door of the one that was at work, and it runs no more", async () => {
    await start("looper");
    const { culprits } = marks.judge();
    expect(culprits).toMatchObject([named("looper")]);
    expect(await marks.begin(run("looper"))).toMatchObject({ verdict: "stopped" });
    expect(await marks.begin(run("looper", { site: "other" }))).toMatchObject({ verdict: "go" });
  });

  it("names nobody where nobody was at work", async () => {
    marks.answered(await start("done"), true);
    marks.ended(named("done"), 1);
    expect(marks.judge()).toEqual({ culprits: [], suspects: [] });
  });

  it("is laid at the door of one whose work went on past its answer", async () => {
    marks.answered(await start("lingerer"), true);
    expect(marks.judge().culprits).toMatchObject([named("lingerer")]);
  });

  it("forgets one that never started: it sends no word of its end", async () => {
    marks.answered(await start("broken"), false);
    expect(marks.judge()).toEqual({ culprits: [], suspects: [] });
  });

  it("counts for one that runs many times at once", async () => {
    await start("looper");
    await start("looper");
    marks.ended(named("looper"), 1);
    expect(marks.judge().culprits).toMatchObject([named("looper")]);
  });

  it("lets a plugin run again once it was switched off where that is kept", async () => {
    await start("looper");
    const [culprit] = marks.judge().culprits;
    if (culprit) marks.settle(culprit);
    expect(await marks.begin(run("looper"))).toMatchObject({ verdict: "go" });
  });
});

describe("watched plugins", () => {
  beforeEach(() => void marks.judge());

  it("run one after another, in the order in which they came", async () => {
    await start("first");
    const [second, third] = [marks.begin(run("second")), marks.begin(run("third"))];
    expect(await verdictOf(second)).toBeNull();
    marks.ended(named("first"), 1);
    expect(await verdictOf(second)).toBe("go");
    expect(await verdictOf(third)).toBeNull();
    marks.ended(named("second"), 1);
    expect(await verdictOf(third)).toBe("go");
  });

  it("wait a second for a slow one, as long as the runtime answers", async () => {
    await start("slow");
    const other = marks.begin(run("other"));
    pass(900);
    expect(await verdictOf(other)).toBeNull();
    pass(100);
    expect(await verdictOf(other)).toBe("go");
  });

  it("are not let in beside one while nothing answers: it may be the one that loops", async () => {
    await start("looper");
    const innocent = marks.begin(run("innocent"));
    now += 2_000;
    marks.tick();
    expect(await verdictOf(innocent)).toBeNull();
    expect(marks.judge().culprits).toMatchObject([named("looper")]);
    expect(await verdictOf(innocent)).toBe("busy");
  });

  it("wait no longer than half of their own time", async () => {
    await start("slow");
    const other = marks.begin(run("other", { waitMs: 600 }));
    pass(299);
    expect(await verdictOf(other)).toBeNull();
    pass(1);
    expect(await verdictOf(other)).toBe("go");
  });

  it("are busy once their own time is over", async () => {
    await start("slow");
    const other = marks.begin(run("other", { waitMs: 500 }));
    now += 500;
    marks.tick();
    expect(await verdictOf(other)).toBe("busy");
  });
});

describe("a wedge among several", () => {
  /** A plugin waits until another one runs beside it, and loops then. */
  async function frame(...plugins: readonly string[]): Promise<void> {
    for (const plugin of plugins) {
      const begun = marks.begin(run(plugin));
      pass(1_000);
      expect(await verdictOf(begun)).toBe("go");
    }
  }

  beforeEach(() => void marks.judge());

  it("names nobody, and has the suspects run with nobody beside them", async () => {
    await frame("framer", "innocent");
    expect(marks.judge()).toMatchObject({
      culprits: [],
      suspects: [named("framer"), named("innocent")],
    });
    await start("framer");
    const [innocent, stranger] = [marks.begin(run("innocent")), marks.begin(run("stranger"))];
    pass(4_000);
    expect(await verdictOf(innocent)).toBeNull();
    expect(await verdictOf(stranger)).toBeNull();
    expect(marks.judge().culprits).toMatchObject([named("framer")]);
  });

  it("names a suspect that hides behind what it left behind, the second time", async () => {
    marks.answered(await start("lingerer"), true);
    await frame("innocent");
    expect(marks.judge().culprits).toEqual([]);
    marks.answered(await start("lingerer"), true);
    const innocent = marks.begin(run("innocent", { waitMs: 10_000 }));
    pass(4_900);
    expect(await verdictOf(innocent)).toBeNull();
    pass(100);
    expect(await verdictOf(innocent)).toBe("go");
    expect(marks.judge().culprits).toMatchObject([named("lingerer")]);
  });
});

it("forgets everything that ran when something else ended the runtime, and watches nobody for that", async () => {
  marks.reset();
  expect(await marks.begin(run("one"))).toMatchObject({ verdict: "off" });
  marks.judge();
  await start("one");
  marks.reset();
  expect(marks.judge()).toEqual({ culprits: [], suspects: [] });
});
