import { describe, expect, it } from "vitest";
import { EmgateError, PermissionDenied } from "../../../contracts/errors.ts";
import { MAX_TRACED_CALLS } from "../../../contracts/limits.ts";
import { failureOf, makeInvocation, NOW_MS } from "./fixture.ts";

const READ = { capability: "pages.read", method: "get", scope: "read:pages", args: [] } as const;
const nothing = () => undefined;

describe("Invocation", () => {
  it("hands the effect what was parsed and the caveats of the scope, and answers with what it did", async () => {
    const { invocation } = makeInvocation({ "read:pages": { collections: ["posts"] } });
    const answer = await invocation.perform(
      READ,
      () => "parsed",
      (parsed, caveats) => ({ parsed, caveats }),
    );
    expect(answer).toEqual({ parsed: "parsed", caveats: { collections: ["posts"] } });
  });

  it("does not look at the arguments of a call that lacks its scope", async () => {
    const { invocation } = makeInvocation({});
    const parse = () => expect.fail("the arguments were looked at");
    expect(await failureOf(invocation.perform(READ, parse, nothing))).toBeInstanceOf(PermissionDenied);
  });

  it("runs the guard's last check and the effect in one turn", async () => {
    const { invocation, world } = makeInvocation();
    let turns = 0;
    const counting = (async () => {
      for (; turns < 1000; turns += 1) await Promise.resolve();
    })();
    let checkedIn = -1;
    world.onAsked = () => {
      checkedIn = turns;
    };
    await invocation.perform(READ, nothing, () => {
      expect(turns).toBe(checkedIn);
    });
    await counting;
  });

  it("checks again after arguments that took time, such as a stream", async () => {
    const { invocation, world } = makeInvocation();
    const slow = async () => {
      await scheduler.wait(1);
      world.nowMs = NOW_MS + 25_000;
    };
    const act = () => expect.fail("it acted");
    expect(await failureOf(invocation.perform(READ, slow, act))).toMatchObject({ code: "DEADLINE_EXCEEDED" });
  });

  it("passes on what a lease that cannot be taken fails with", async () => {
    const refresh = () => Promise.reject(new EmgateError("UNAVAILABLE", "the state cannot be reached"));
    const { invocation } = makeInvocation(undefined, { liveness: { state: () => "stale", refresh } });
    expect(await failureOf(invocation.perform(READ, nothing, nothing))).toMatchObject({
      code: "UNAVAILABLE",
      message: "the state cannot be reached",
    });
  });

  it("turns whatever else goes wrong into an error that tells nothing", async () => {
    const { invocation } = makeInvocation();
    const act = () => {
      throw new Error("KV PUT failed for demo/notify/install-1/v1/secret");
    };
    const error = await failureOf(invocation.perform(READ, nothing, act));
    expect(error).toMatchObject({ code: "INTERNAL", message: "pages.read.get failed inside the gateway" });
    // `cause` crosses RPC like any own property.
    expect(error).not.toHaveProperty("cause");
  });

  it("keeps the cause of its own errors to itself too", async () => {
    const { invocation } = makeInvocation();
    const act = () => {
      throw new EmgateError("CONTENT_UNAVAILABLE", "core did not answer", { cause: new Error("inner") });
    };
    const error = await failureOf(invocation.perform(READ, nothing, act));
    expect(error).toMatchObject({ code: "CONTENT_UNAVAILABLE", message: "core did not answer" });
    expect(error).not.toHaveProperty("cause");
  });
});

describe("Invocation, trace", () => {
  it("says of each call how it ended and how long it took", async () => {
    const { invocation, world } = makeInvocation({ "read:pages": {} });
    await invocation.perform(READ, nothing, () => {
      world.nowMs += 7;
    });
    await failureOf(invocation.perform({ ...READ, scope: "read:kv", method: "list" }, nothing, nothing));
    await failureOf(
      invocation.perform(
        READ,
        () => {
          throw new EmgateError("INVALID_ARGUMENT", "id: expected text");
        },
        nothing,
      ),
    );
    expect(invocation.calls).toEqual([
      { capability: "pages.read", method: "get", outcome: "ok", ms: 7 },
      { capability: "pages.read", method: "list", outcome: "denied", ms: 0 },
      { capability: "pages.read", method: "get", outcome: "error", ms: 0 },
    ]);
  });

  it("keeps the first hundred calls", async () => {
    const { invocation } = makeInvocation();
    for (let count = 0; count < MAX_TRACED_CALLS + 5; count += 1) {
      await invocation.perform({ ...READ, method: `m${count}` }, nothing, nothing);
    }
    expect(invocation.calls).toHaveLength(MAX_TRACED_CALLS);
    expect(invocation.calls.at(-1)?.method).toBe(`m${MAX_TRACED_CALLS - 1}`);
  });

  it("remembers a denial that the plugin caught, also past the hundredth call", async () => {
    const { invocation } = makeInvocation({ "read:pages": {} });
    for (let count = 0; count < MAX_TRACED_CALLS; count += 1)
      await invocation.perform(READ, nothing, nothing);
    await failureOf(invocation.perform({ ...READ, scope: "write:kv" }, nothing, nothing));
    await invocation.perform(READ, nothing, nothing);
    expect(invocation.deniedScope).toBe("write:kv");
  });
});
