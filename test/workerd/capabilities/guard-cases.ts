// The tests that every method of every capability passes: allowed, and refused for each reason there is.
// One table row a method; what it would have done must not be done when it is refused.
import { describe, expect, it } from "vitest";
import type { Invocation } from "../../../capabilities/index.ts";
import type { CaveatName, Caveats } from "../../../contracts/caveats.ts";
import type { ContentSource } from "../../../contracts/ports.ts";
import type { Scope } from "../../../contracts/scopes.ts";
import { EVERYTHING, failureOf, type Granted, makeInvocation, WORK } from "./fixture.ts";

export interface GuardedMethod {
  /** As in a trace: the capability and its method; null where calls are not traced. */
  readonly traced: readonly [capability: string, method: string] | null;
  /** What it needs; null for what every plugin has. */
  readonly scope: Scope | null;
  /** Caveats that its good call lies outside of, each alone. */
  readonly outside?: Readonly<Partial<Record<CaveatName, Caveats>>>;
  /** Core's content where the method acts on it; it calls `effect` whenever it is asked. */
  content?(effect: () => void): ContentSource;
  /** Makes one good call; `effect` must be called by whatever else the capability acts on. */
  call(invocation: Invocation, effect: () => void): Promise<unknown>;
}

export function describeGuard(name: string, methods: Readonly<Record<string, GuardedMethod>>): void {
  describe.each(Object.entries(methods))(
    `${name}.%s`,
    (_method, { call, content, outside = {}, scope, traced }) => {
      const without: Granted = Object.fromEntries(
        Object.entries(EVERYTHING).filter(([key]) => key !== scope),
      );

      /** An invocation, and how often its call did what it is for. */
      function open(granted: Granted = EVERYTHING, work = WORK) {
        const effects = { count: 0 };
        const effect = () => {
          effects.count += 1;
        };
        const terms = content ? { content: () => content(effect) } : {};
        const opened = makeInvocation(granted, { ...terms, work });
        return { ...opened, effects, make: () => call(opened.invocation, effect) };
      }

      /** The failure, after making sure that nothing was done and that the audit log hears of it, or does not. */
      async function refusalOf(opened: ReturnType<typeof open>, reason: string | null): Promise<unknown> {
        const failure = await failureOf(opened.make());
        expect(opened.effects.count).toBe(0);
        expect(opened.world.denials).toEqual(reason === null ? [] : [{ scope, reason }]);
        return failure;
      }

      it("acts when it may", async () => {
        const { invocation, effects, make, world } = open(scope === null ? {} : { [scope]: {} });
        await make();
        expect(effects.count).toBe(1);
        expect(world.denials).toEqual([]);
        if (traced === null) return;
        const [capability, method] = traced;
        expect(invocation.calls).toEqual([{ capability, method, outcome: "ok", ms: 0 }]);
        expect(invocation.deniedScope).toBeNull();
      });

      if (scope !== null) {
        it("is denied without its scope, and names it, whatever else was granted", async () => {
          const opened = open(without);
          expect(await refusalOf(opened, "scope not granted")).toMatchObject({
            name: "PermissionDenied",
            code: "PERMISSION_DENIED",
            scope,
            message: expect.stringContaining(scope),
          });
          expect(opened.invocation.calls).toMatchObject([{ outcome: "denied" }]);
          expect(opened.invocation.deniedScope).toBe(scope);
        });

        it.each(Object.entries(outside))("is denied outside the caveat %s", async (caveat, caveats) => {
          const opened = open({ ...EVERYTHING, [scope]: caveats });
          const failure = await refusalOf(opened, `outside the caveat ${caveat}`);
          // And nothing else: own properties cross RPC, and the plugin is told by the message alone.
          expect({ ...(failure as object) }).toEqual({
            name: "PermissionDenied",
            code: "PERMISSION_DENIED",
            scope,
          });
          expect(opened.invocation.calls).toMatchObject([{ outcome: "denied" }]);
          expect(opened.invocation.deniedScope).toBe(scope);
        });
      }

      it("is refused when it is handed more than may go out, and does nothing", async () => {
        const opened = open(EVERYTHING, { ...WORK, bytesOut: 0 });
        expect(await refusalOf(opened, null)).toMatchObject({ code: "QUOTA_EXCEEDED" });
      });

      it("hands out no answer that is more than may come in; what answers nothing is done", async () => {
        const answer = await open().make();
        const { effects, make } = open(EVERYTHING, { ...WORK, bytesIn: 0 });
        if (answer !== undefined) {
          expect(await failureOf(make())).toMatchObject({ code: "QUOTA_EXCEEDED" });
          return;
        }
        await make();
        expect(effects.count).toBe(1);
      });

      it("is refused once its invocation has ended", async () => {
        const opened = open();
        const { invocation } = opened;
        invocation.close();
        expect(await refusalOf(opened, "the call had ended")).toMatchObject({ code: "PERMISSION_DENIED" });
      });

      it("is refused when its invocation ends while its arguments are looked at", async () => {
        const opened = open();
        const { invocation } = opened;
        const refusal = refusalOf(opened, "the call had ended");
        invocation.close();
        expect(await refusal).toMatchObject({ code: "PERMISSION_DENIED" });
      });

      it("is refused from the deadline on", async () => {
        const opened = open();
        const { invocation, world } = opened;
        world.nowMs = invocation.terms.deadlineMs;
        expect(await refusalOf(opened, null)).toMatchObject({ code: "DEADLINE_EXCEEDED" });
      });

      it("is refused after a revoke", async () => {
        const opened = open();
        const { world } = opened;
        world.state = "revoked";
        expect(await refusalOf(opened, "the grant was revoked")).toMatchObject({ code: "GRANT_REVOKED" });
      });

      it("is refused when the grant is revoked between its arguments and its effect", async () => {
        const opened = open();
        const { world } = opened;
        let asked = 0;
        world.onAsked = () => {
          asked += 1;
          if (asked === 2) world.state = "revoked";
        };
        expect(await refusalOf(opened, "the grant was revoked")).toMatchObject({ code: "GRANT_REVOKED" });
      });

      it("takes a lease that is over once more, and acts when it stands", async () => {
        const { world, effects, make } = open();
        world.state = "stale";
        await make();
        expect([effects.count, world.refreshes]).toEqual([1, 1]);
      });

      it("is refused when the new lease says that it was revoked", async () => {
        const opened = open();
        const { world } = opened;
        world.state = "stale";
        world.refreshed = "revoked";
        expect(await refusalOf(opened, "the grant was revoked")).toMatchObject({ code: "GRANT_REVOKED" });
      });

      it("is refused when no lease can be had, after asking once", async () => {
        const opened = open();
        const { world } = opened;
        world.state = "stale";
        world.refreshed = "stale";
        expect(await refusalOf(opened, null)).toMatchObject({ code: "UNAVAILABLE" });
        expect(world.refreshes).toBe(1);
      });
    },
  );
}
