// Where a plugin's lines come from, and that each arrives once, with the call that it is of where that is known.
import { describe, expect, it } from "vitest";
import { MAX_LOG_CHARS } from "../../../contracts/limits.ts";
import { events, makeSite } from "../site.ts";
import { linesOf, settle } from "./journal.ts";

const messagesOf = (lines: readonly { message: string }[]) => lines.map(({ message }) => message);

describe.concurrent("lines of a plugin's log", { timeout: 30_000 }, () => {
  it("keeps what api.log and console say, with the call, the version and the level", async () => {
    const site = await makeSite();
    const version = await site.register({
      code: `async beforePublish({ api }) {
      console.log("printed", { deep: [1] }); api.log.debug("noted"); console.warn("warned"); api.log.error(new Error("shown"));
      return true;
    }`,
    });
    await site.admin.install({ site: site.id, plugin: "probe", version });
    await site.admin.grant({ site: site.id, plugin: "probe" });
    const { trace } = await site.hooks.beforePublish(events.beforePublish);
    const lines = await linesOf(site, 4);
    expect(lines.map(({ level, message }) => [level, message.split("\n")[0]])).toEqual([
      ["info", 'printed {"deep":[1]}'],
      ["debug", "noted"],
      ["warn", "warned"],
      ["error", "Error: shown"],
    ]);
    for (const line of lines) {
      const about = {
        site: site.id,
        plugin: "probe",
        version,
        hook: "beforePublish",
        invocationId: trace.id,
      };
      expect(line).toMatchObject(about);
      expect(Date.parse(line.at)).toBeGreaterThan(Date.now() - 60_000);
    }
  });

  it("keeps what the module prints before any call, once, as of no call", async () => {
    const site = await makeSite({
      code: `console.log("at the top"); console.error("loudly");
      export default { async beforePublish() { console.log("in the hook"); return true; } };`,
    });
    for (let call = 0; call < 3; call += 1) await site.hooks.beforePublish(events.beforePublish);
    const lines = await linesOf(site, 5);
    expect(messagesOf(lines)).toEqual(["at the top", "loudly", "in the hook", "in the hook", "in the hook"]);
    for (const line of lines.slice(0, 2)) expect(line).toMatchObject({ hook: null, invocationId: null });
    expect(lines[2]).toMatchObject({ hook: "beforePublish" });
  });

  it("keeps what is printed after the answer, with the next call, once, as of no call", async () => {
    const site = await makeSite({
      code: `import { waitUntil } from "cloudflare:workers";
      export default { async beforePublish({ data, api }) {
        if (data.slug !== "work") return true;
        waitUntil((async () => {
          await scheduler.wait(50);
          console.log("printed late"); api.log.warn("noted late"); setTimeout(() => { throw new Error("thrown late"); }, 1);
          await scheduler.wait(30);
        })());
        console.log("in time");
        return true;
      } };`,
      scopes: ["hook:beforePublish"],
    });
    // Two gates: one alone shares the request's context, which ends with the answer.
    await site.add({ id: "second", code: "async beforePublish() { return true; }" });
    await site.hooks.beforePublish({ ...events.beforePublish, slug: "work" });
    await scheduler.wait(300);
    for (let call = 0; call < 2; call += 1) await site.hooks.beforePublish(events.beforePublish);
    const lines = await linesOf(site, 4);
    expect(lines.map(({ message, invocationId }) => [message.split("\n")[0], invocationId === null])).toEqual(
      [
        ["in time", false],
        ["printed late", true],
        ["noted late", true],
        ["Uncaught Error: thrown late", true],
      ],
    );
  });

  it("keeps errors that nobody catches, and the one that ends the call", async () => {
    const site = await makeSite({
      code: `async beforePublish() {
      void Promise.reject(new Error("left alone"));
      queueMicrotask(() => { throw new Error("thrown aside"); });
      await scheduler.wait(5);
      throw new Error("the end");
    }`,
    });
    const { trace } = await site.hooks.beforePublish(events.beforePublish);
    const lines = await linesOf(site, 3);
    expect(
      messagesOf(lines).map((message) => message.split("\n")[0]?.replace(/^Uncaught( \(in promise\))? /, "")),
    ).toEqual(expect.arrayContaining(["Error: left alone", "Error: thrown aside", "Error: the end"]));
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(line).toMatchObject({ level: "error", invocationId: trace.id });
  });

  it("keeps why a module does not start, in our words or the module's, without a stack of ours", async () => {
    const site = await makeSite({ code: `throw new Error("not today");\nexport default {};` });
    await site.hooks.beforePublish(events.beforePublish);
    const [line] = await linesOf(site, 1);
    expect(line).toMatchObject({
      level: "error",
      hook: "beforePublish",
      message: expect.stringContaining("not today"),
    });
    expect(line?.message).not.toMatch(/services\/|capabilities\/|contracts\//);
  });

  it("loses no line where calls of one isolate print at the same time", async () => {
    const site = await makeSite({
      code: `async onSearch({ data }) {
      for (let n = 0; n < 3; n += 1) { console.log(data.query + " " + n); await scheduler.wait(7); }
      return null;
    }`,
      scopes: ["hook:onSearch"],
    });
    const queries = ["a", "b", "c", "d", "e"];
    await Promise.all(
      queries.map(async (query, place) => {
        await scheduler.wait(place * 3);
        await site.hooks.onSearch({ query, results: [] });
      }),
    );
    await site.hooks.onSearch({ query: "last", results: [] });
    const lines = await linesOf(site, 18);
    const said = [...queries, "last"].flatMap((query) => [0, 1, 2].map((n) => `${query} ${n}`));
    expect(messagesOf(lines).toSorted()).toEqual(said.toSorted());
  });

  it("keeps lines of plugins on other sites apart", async () => {
    const code = `async beforePublish({ context }) { console.log("at " + context.site); return true; }`;
    const [one, other] = [await makeSite({ code }), await makeSite({ code })];
    await Promise.all([one, other].map((site) => site.hooks.beforePublish(events.beforePublish)));
    for (const site of [one, other]) {
      expect(messagesOf(await linesOf(site, 1))).toEqual([`at ${site.id}`]);
    }
  });

  it("keeps nothing of a call that an admin tries out, nor of a dry run", async () => {
    const site = await makeSite({
      code: `async beforePublish() { console.log("tried"); return true; }`,
      grant: false,
    });
    await site.admin.dryRunGrant({ site: site.id, plugin: "probe" });
    await site.admin.grant({ site: site.id, plugin: "probe" });
    expect((await site.run("probe", "beforePublish", events.beforePublish)).logs).toMatchObject([
      { message: "tried" },
    ]);
    await settle(site);
    expect(await site.admin.logs({ site: site.id })).toEqual({ lines: [], cursor: 0 });
    expect(await site.admin.listTraces({ site: site.id })).toEqual({ traces: [] });
  });

  it("cuts a line of 30 MB, and keeps the neighbour's beside a flood of a hundred thousand", async () => {
    const site = await makeSite(
      {
        id: "flood",
        code: `async beforePublish() {
        console.log("x".repeat(30_000_000));
        for (let n = 0; n < 100_000; n += 1) console.log("line " + n);
        return true;
      }`,
      },
      { id: "neighbour", code: `async beforePublish() { console.log("all is well"); return true; }` },
    );
    await site.hooks.beforePublish(events.beforePublish);
    await settle(site);
    const { lines } = await site.admin.logs({ site: site.id, limit: 1_000 });
    const flood = lines.filter(({ plugin }) => plugin === "flood");
    expect(flood[0]?.message).toHaveLength(MAX_LOG_CHARS);
    expect(flood.length).toBeLessThanOrEqual(201);
    expect(flood.at(-1)).toMatchObject({ level: "warn", message: "further lines were dropped" });
    expect(messagesOf(lines.filter(({ plugin }) => plugin === "neighbour"))).toEqual(["all is well"]);
  });

  it("keeps some of what a module prints without end before any call, says so, and then the call's own", async () => {
    const site = await makeSite({
      code: `for (let n = 0; n < 100_000; n += 1) console.log("top " + n);
        export default { async beforePublish() { console.log("in the hook"); return true; } };`,
    });
    await site.hooks.beforePublish(events.beforePublish);
    await settle(site);
    const { lines } = await site.admin.logs({ site: site.id, limit: 1_000 });
    expect(lines.length).toBeLessThan(100);
    expect(messagesOf(lines).slice(-2)).toEqual(["further lines were dropped", "in the hook"]);
  });

  it("keeps text of every kind as it is, and the neighbour's beside it", async () => {
    const odd = "a\0b \ud800 \u001b[2J \u202e 😀 'x'; DROP TABLE logs; --";
    const site = await makeSite(
      {
        id: "odd",
        code: `async beforePublish({ api }) { api.log.info(${JSON.stringify(odd)}); return true; }`,
      },
      { id: "plain", code: `async beforePublish({ api }) { api.log.info("plain"); return true; }` },
    );
    await site.hooks.beforePublish(events.beforePublish);
    const lines = await linesOf(site, 2);
    expect(Object.fromEntries(lines.map(({ plugin, message }) => [plugin, message]))).toEqual({
      odd: odd.toWellFormed(),
      plain: "plain",
    });
  });
});
