// The gateway's own limits, on real bindings of the rate limiter whose limits a test can reach (vitest.config.ts).
// They count by the wall clock's minutes, so a test that counts does not begin shortly before one ends.
import { createExecutionContext } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { Hooks, Kv } from "../../../services/gateway/entrypoints.ts";
import type { Env } from "../../../services/gateway/env.ts";
import { http } from "../../../services/gateway/http.ts";
import {
  assertTurn,
  CALLS_PER_TURN,
  placeOf,
  RATE_PERIOD_SECONDS,
  takeTurn,
} from "../../../services/gateway/rate-limits.ts";
import { AdminSessionTarget } from "../../../services/gateway/sessions/admin-session.ts";
import { CoreSessionTarget } from "../../../services/gateway/sessions/core-session.ts";
import { RootTarget } from "../../../services/gateway/sessions/root.ts";
import { wireHooks } from "../../../services/gateway/wiring.ts";
import { dispatchHook } from "../../../services/hooks/index.ts";
import { env, events, makeSite, openAdmin, refusalOf } from "../site.ts";
import { OPERATOR_TOKEN } from "./rpc.ts";

const CALLS = 1_000;
const LIMIT = 100;
/** Of the limits that are taken in blocks. */
const BLOCK = CALLS_PER_TURN.RATE_SITES;
const MINUTE_MS = 60_000;
/** Milliseconds that a count may take on a slow machine. */
const COUNT_MS = 15_000;

interface Limiters {
  /** 100 in a minute. */
  readonly RATE_OF_HUNDRED: RateLimit;
  /** One in a minute: one block of those that are taken in blocks. */
  readonly RATE_OF_ONE: RateLimit;
}
const { RATE_OF_HUNDRED, RATE_OF_ONE } = env as unknown as Limiters; // vitest.config.ts
const tight: Env = {
  ...env,
  RATE_CALLERS: RATE_OF_HUNDRED,
  RATE_SIGN_INS: RATE_OF_HUNDRED,
  RATE_SITES: RATE_OF_ONE,
  RATE_PLUGINS: RATE_OF_ONE,
};
const limited = { code: "RATE_LIMITED", details: { retryAfterSeconds: RATE_PERIOD_SECONDS } };

/** Leaves a test the time to count in. */
async function awaitMinute(): Promise<void> {
  const leftMs = MINUTE_MS - (Date.now() % MINUTE_MS);
  if (leftMs < COUNT_MS) await scheduler.wait(leftMs + 100);
}

/** How many of a thousand calls, made one after another or all at once, were answered; the rest are RATE_LIMITED. */
async function countPassed(call: () => unknown, atOnce = true): Promise<number> {
  const ended: string[] = [];
  const one = async () => {
    try {
      await call();
      ended.push("passed");
    } catch (error) {
      expect(error).toMatchObject(limited);
    }
  };
  if (atOnce) await Promise.all(Array.from({ length: CALLS }, one));
  else for (let turn = 0; turn < CALLS; turn += 1) await one();
  return ended.length;
}

/** A context whose props name the site, and the plugin, as a binding's would. */
function contextFor(props: object): ExecutionContext<never> {
  return Object.assign(createExecutionContext(), { props }) as ExecutionContext<never>; // what the platform makes
}

function identityOf(role: "operator" | "core", site: string | null = null) {
  return { id: crypto.randomUUID(), role, site, label: "flood", token: null } as const;
}

describe("of a thousand calls exactly the limit passes, of a hundred or of one block", {
  timeout: 60_000,
}, () => {
  beforeEach(awaitMinute, MINUTE_MS);
  it.each([true, false])("for one caller (all at once: %s)", async (atOnce) => {
    const key = crypto.randomUUID();
    expect(await countPassed(() => assertTurn(tight, "RATE_CALLERS", key), atOnce)).toBe(LIMIT);
    await assertTurn(tight, "RATE_CALLERS", crypto.randomUUID());
  });

  it.each([true, false])("for one site, in blocks (all at once: %s)", async (atOnce) => {
    const site = crypto.randomUUID();
    expect(await countPassed(() => assertTurn(tight, "RATE_SITES", site), atOnce)).toBe(BLOCK);
  });

  it("for the calls of an admin's token, whatever they ask for", async () => {
    const ctx = createExecutionContext() as ExecutionContext & { exports: unknown };
    const session = new AdminSessionTarget(ctx, tight, identityOf("operator"), "http://localhost");
    expect(await countPassed(() => session.whoAmI())).toBe(LIMIT);
    expect(await refusalOf(() => session.getPolicy({ site: "any" }))).toMatchObject(limited);
    expect(await openAdmin().whoAmI()).toMatchObject({ role: "operator" });
  });

  it("for the calls of a core's token", async () => {
    const site = await makeSite();
    const ctx = createExecutionContext() as ExecutionContext & { exports: unknown };
    const session = new CoreSessionTarget(ctx, tight, identityOf("core", site.id), site.id);
    expect(await countPassed(() => session.describe())).toBe(LIMIT);
  });

  it("for hooks of a site over the service binding, and no other site", async () => {
    const [site, other] = await Promise.all([makeSite(), makeSite()]);
    const hooksOf = (id: string) => new Hooks(contextFor({ site: id }), tight);
    const hooks = hooksOf(site.id);
    expect(await countPassed(() => hooks.renderHtml(events.renderHtml))).toBe(BLOCK);
    expect(await hooksOf(other.id).renderHtml(events.renderHtml)).toMatchObject({ skipped: [] });
  });

  it("for tokens that are presented from one place, wrong ones too", async () => {
    const ctx = createExecutionContext() as ExecutionContext & { exports: unknown };
    const place = crypto.randomUUID();
    const signIn = async (token: string) => {
      const root = new RootTarget(ctx, tight, "http://localhost", place);
      await root.authenticate(token).catch((error: { code: string }) => {
        if (error.code !== "UNAUTHENTICATED") throw error;
      });
    };
    let turn = 0;
    expect(
      await countPassed(() => {
        turn += 1;
        return signIn(turn % 2 === 0 ? OPERATOR_TOKEN : `wrong-token-${turn}-wrong-token`);
      }),
    ).toBe(LIMIT);
  });
});

describe("a request past its address's limit", { timeout: 60_000 }, () => {
  beforeEach(awaitMinute, MINUTE_MS);
  const from = (address: string, path = "/.well-known/jwks.json") =>
    http.fetch(
      new Request(`http://gateway.example${path}`, { headers: { "cf-connecting-ip": address } }),
      tight,
      createExecutionContext(),
    );

  it("is 429 with Retry-After and the code, and other addresses are served", async () => {
    const responses = await Promise.all(Array.from({ length: 150 }, () => from("192.0.2.7")));
    const refused = responses.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(50);
    expect(refused[0]?.headers.get("retry-after")).toBe(String(RATE_PERIOD_SECONDS));
    expect(await refused[0]?.json()).toEqual({ ...limited, message: expect.stringContaining("one caller") });
    expect((await from("192.0.2.8")).status).toBe(200);
    expect((await from("192.0.2.7", "/rpc")).status).toBe(429);
    expect((await from("192.0.2.7", "/health")).status).toBe(200);
  });
});

describe("a plugin past its own limit", { timeout: 60_000 }, () => {
  beforeEach(awaitMinute, MINUTE_MS);
  const plugin = {
    code: "async beforePublish() { return true; }, async renderHtml() {}",
    scopes: ["hook:beforePublish", "hook:renderHtml", "read:kv"],
  } as const;

  it("is skipped or refuses, leaves its neighbours alone, and is audited as denials are", async () => {
    const site = await makeSite(plugin);
    const runtime = wireHooks(createExecutionContext() as ExecutionContext & { exports: unknown }, tight);
    const render = () => dispatchHook(runtime, site.id, "renderHtml", events.renderHtml);
    for (let turn = 0; turn < BLOCK; turn += 1) expect(await render()).toMatchObject({ skipped: [] });
    expect(await dispatchHook(runtime, site.id, "beforePublish", events.beforePublish)).toMatchObject({
      allow: false,
      refusedBy: ["probe"],
      trace: { plugins: [{ outcome: "denied", calls: [], error: { code: "RATE_LIMITED" } }] },
    });
    await site.add({ ...plugin, id: "neighbour" });
    expect(await render()).toMatchObject({
      skipped: [{ plugin: "probe", code: "RATE_LIMITED" }],
      trace: { plugins: [{ outcome: "denied" }, { plugin: "neighbour", outcome: "ok" }] },
    });
    await expect
      .poll(async () => (await site.admin.audit({ site: site.id, kind: "denial" })).entries, {
        timeout: 5_000,
      })
      .toMatchObject([
        { hook: "beforePublish" },
        { plugin: "probe", reason: "past the gateway's own limit" },
      ]);
  });

  it("is refused by capabilities that are bound to a Worker", async () => {
    const site = await makeSite(plugin);
    const kv = new Kv(contextFor({ site: site.id, plugin: "probe" }), tight as never);
    for (let turn = 0; turn < BLOCK; turn += 1) await kv.get("k");
    expect(await refusalOf(() => kv.get("k") as Promise<unknown>)).toMatchObject(limited);
  });
});

describe("a limit that cannot be asked", () => {
  it("holds nobody up", async () => {
    const broken = {
      limit: async () => {
        throw new Error("away");
      },
    };
    const away = { ...env, RATE_CALLERS: broken, RATE_SITES: broken };
    expect(await takeTurn(away, "RATE_CALLERS", "anybody")).toBe(true);
    expect(await takeTurn(away, "RATE_SITES", crypto.randomUUID())).toBe(true);
  });
});

describe("where a request comes from", () => {
  it.each([
    ["192.0.2.1", "192.0.2.1"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
    ["2001:db8:1:2::6", "2001:db8:1:2"],
    ["2001:db8::6", "2001:db8:0:0"],
    ["::1", "0:0:0:0"],
    ["::ffff:192.0.2.1", "::ffff:192.0.2.1"],
  ])("%s is %s", (address, place) => {
    const request = new Request("http://a.example", { headers: { "cf-connecting-ip": address } });
    expect(placeOf(request)).toBe(place);
  });

  it("is not known without the header", () => {
    expect(placeOf(new Request("http://a.example"))).toBeNull();
  });
});
