// A plugin floods the gateway with calls, lines or stubs. It ends as its own failure; others are answered.
import { describe, expect, it } from "vitest";
import { MAX_CALLS_PER_INVOCATION, MAX_LOG_CHARS, MAX_LOG_LINES } from "../../contracts/limits.ts";
import { events, makeSite } from "../workerd/site.ts";

const scopes = ["hook:beforePublish", "read:pages", "write:kv"] as const;
const whole = { id: "other", code: "async beforePublish() { return true; }" };

describe("a flood of capability calls", () => {
  it("ends with QUOTA_EXCEEDED, awaited one by one", async () => {
    const site = await makeSite({
      code: `async beforePublish({ data, api }) {
        for (let turn = 0; turn < 2_000; turn += 1) {
          try { await api.getPage(data.pageId); } catch (error) { return say([turn, error.code]); }
        }
        return say("never refused");
      }`,
      scopes,
    });
    expect(await site.ask()).toEqual([MAX_CALLS_PER_INVOCATION, "QUOTA_EXCEEDED"]);
  });

  it("ends with QUOTA_EXCEEDED, all at once", async () => {
    const site = await makeSite({
      code: `async beforePublish({ data, api }) {
        const call = () => api.getPage(data.pageId).then(() => "ok", (error) => error.code);
        const answers = await Promise.all(Array.from({ length: 2_000 }, call));
        return say([answers.filter((answer) => answer === "ok").length, [...new Set(answers)].sort()]);
      }`,
      scopes,
    });
    expect(await site.ask()).toEqual([MAX_CALLS_PER_INVOCATION, ["QUOTA_EXCEEDED", "ok"]]);
  });

  it("counts calls that are refused too, and keeps a hundred of them in the trace", async () => {
    const site = await makeSite({
      code: `async beforePublish({ api }) {
        let code;
        for (let turn = 0; turn <= ${MAX_CALLS_PER_INVOCATION}; turn += 1) {
          await api.kv.put("k", "v").catch((error) => { code = error.code; });
        }
        return say(code);
      }`,
    });
    const { result, calls } = await site.run("probe", "beforePublish", events.beforePublish);
    expect(JSON.stringify(result)).toContain("QUOTA_EXCEEDED");
    expect(calls).toHaveLength(100);
  });

  it("does not keep another request from being answered meanwhile", async () => {
    const flood = {
      id: "flood",
      code: `async beforePublish({ data, api }) {
        for (let turn = 0; turn < 900; turn += 1) await api.getPage(data.pageId);
        await api.kv.put("done", String(Date.now()));
        return true;
      }`,
      scopes,
    };
    const [site, elsewhere] = [await makeSite(flood, whole), await makeSite(whole)];
    expect((await elsewhere.hooks.beforePublish(events.beforePublish)).allow).toBe(true);
    const flooded = site.hooks.beforePublish(events.beforePublish);
    await scheduler.wait(5);
    expect((await elsewhere.hooks.beforePublish(events.beforePublish)).allow).toBe(true);
    expect(await site.readKv("flood")).toEqual({});
    expect((await flooded).allow).toBe(true);
  });
});

describe("a flood of log lines", () => {
  it("is cut to the first lines, says so, and costs the plugin nothing else", async () => {
    const site = await makeSite({
      code: `async beforePublish({ api }) {
        for (let line = 0; line < 10_000; line += 1) {
          api.log.info("line " + line);
          if (line % 50 === 49) await scheduler.wait(0);
        }
        return true;
      }`,
    });
    const { outcome, logs } = await site.run("probe", "beforePublish", events.beforePublish);
    expect(outcome).toBe("ok");
    expect(logs).toHaveLength(MAX_LOG_LINES);
    expect(logs[0]?.message).toBe("line 0");
    expect(logs.at(-1)).toMatchObject({ level: "warn", message: "further lines were dropped" });
  });

  it("all at once is cut too, and says so", async () => {
    const site = await makeSite({
      code: `async beforePublish() { for (let line = 0; line < 10_000; line += 1) console.log(line); return true; }`,
    });
    const { outcome, logs } = await site.run("probe", "beforePublish", events.beforePublish);
    expect(outcome).toBe("ok");
    expect(logs.length).toBeLessThanOrEqual(MAX_LOG_LINES);
    expect(logs[0]?.message).toBe("0");
    expect(logs.at(-1)).toMatchObject({ level: "warn", message: "further lines were dropped" });
  });

  it("of a megabyte a line is cut in each line, whoever cuts it", async () => {
    const site = await makeSite({
      code: `async beforePublish({ api }) {
        console.log("x".repeat(1_000_000));
        api.log.info({ deep: "y".repeat(1_000_000) });
        return true;
      }`,
    });
    const { logs } = await site.run("probe", "beforePublish", events.beforePublish);
    expect(logs.map(({ message }) => message.length)).toEqual([MAX_LOG_CHARS, MAX_LOG_CHARS]);
  });

  it("takes values of every kind as text", async () => {
    const site = await makeSite({
      code: `async beforePublish({ api }) {
        const cycle = {}; cycle.self = cycle;
        api.log.info(undefined, null, 1n, Symbol("s"), () => 1, cycle, new Map(), { toJSON() { throw 1; } });
        return true;
      }`,
    });
    const { outcome, logs } = await site.run("probe", "beforePublish", events.beforePublish);
    expect(outcome).toBe("ok");
    expect(logs).toHaveLength(1);
    expect(typeof logs[0]?.message).toBe("string");
  });
});

describe("a flood of promises that are never awaited", () => {
  it("ends with the hook's answer", async () => {
    const site = await makeSite({
      code: `async beforePublish({ api }) {
        for (let turn = 0; turn < 500; turn += 1) void api.kv.put("k" + turn, "v").catch(() => {});
        return true;
      }`,
      scopes,
    });
    expect((await site.hooks.beforePublish(events.beforePublish)).allow).toBe(true);
    expect((await site.hooks.beforePublish(events.beforePublish)).allow).toBe(true);
  });
});
