import { beforeAll, describe, expect, it } from "vitest";
import type { AdminSession, CoreSession } from "../../../contracts/rpc.ts";
import { events, type FixturePlugin, gateway, makeSite, openAdmin, page, refusalOf } from "../site.ts";
import { OPERATOR_TOKEN, signIn, signInAs } from "./rpc.ts";

/** Keeps the slug of the last page that it was asked about. */
const noting: FixturePlugin = {
  code: "async beforePublish({ data, api }) { await api.kv.put('slug', data.slug); return true; }",
  scopes: ["hook:beforePublish", "read:pages", "write:kv"],
};

/** A peer that goes on calling whatever it is told, until it is stopped; then it answers what it was told. */
function pester(call: (turn: number) => Promise<unknown>): { stop(): Promise<Record<string, number>> } {
  const told: Record<string, number> = { answered: 0 };
  let isStopped = false;
  const count = (what: string) => {
    told[what] = (told[what] ?? 0) + 1;
  };
  async function goOn(turn: number): Promise<void> {
    if (isStopped) return;
    await call(turn).then(
      () => count("answered"),
      (error: { code: string }) => count(error.code),
    );
    await scheduler.wait(30);
    return goOn(turn + 1);
  }
  const ended = goOn(0);
  return {
    async stop() {
      isStopped = true;
      await ended;
      return told;
    },
  };
}

describe("from the acknowledgement of its token's revocation on", () => {
  let told: { admin: Record<string, number>; core: Record<string, number> };
  const effects: { title: string | undefined; slug: string | null | undefined }[] = [];

  beforeAll(async () => {
    const site = await makeSite(noting);
    const operator = openAdmin();
    const [adminToken, coreToken] = await Promise.all([
      operator.createToken({ role: "admin", site: site.id }),
      operator.createToken({ role: "core", site: site.id }),
    ]);
    const admin = await signIn<AdminSession>(adminToken.token);
    const core = await signIn<CoreSession>(coreToken.token);
    const content = gateway.CoreContent({ props: { site: site.id } });
    const look = async () =>
      effects.push({ title: (await content.get(page.id))?.title, slug: (await site.readKv()).slug });

    const adminPeer = pester((turn) =>
      admin.putPages({ site: site.id, pages: [{ ...page, status: "published", title: `turn ${turn}` }] }),
    );
    const corePeer = pester((turn) => core.beforePublish({ ...events.beforePublish, slug: `turn-${turn}` }));
    await scheduler.wait(300);
    await Promise.all([adminToken, coreToken].map(({ id }) => operator.revokeToken({ id })));
    await look();
    await scheduler.wait(400);
    told = { admin: await adminPeer.stop(), core: await corePeer.stop() };
    await look();
  }, 20_000);

  it.each(["admin", "core"] as const)("the %s session is refused, and told no more than that", (which) => {
    const { answered, ...refusals } = told[which];
    expect(answered).toBeGreaterThan(2);
    expect(Object.keys(refusals)).toEqual(["UNAUTHENTICATED"]);
    expect(refusals.UNAUTHENTICATED).toBeGreaterThan(2);
  });

  it("nothing that their calls do lands, of those under way neither", () => {
    const [acknowledged, later] = effects;
    expect(acknowledged).toEqual({
      title: expect.stringMatching(/^turn \d+$/),
      slug: expect.stringMatching(/^turn-\d+$/),
    });
    expect(later).toEqual(acknowledged);
  });
});

describe.concurrent("a session", () => {
  it.each(["viewer", "core"] as const)("ends when its token expires: a %s's", async (role) => {
    const site = await makeSite();
    const made = await openAdmin().createToken({ role, site: site.id, expiresInSeconds: 1 });
    const session = await signIn<AdminSession & CoreSession>(made.token);
    const call = () => (role === "core" ? session.describe() : session.whoAmI());
    expect(await call()).toBeTruthy();
    await scheduler.wait(Date.parse(made.expiresAt ?? "") - Date.now() + 1);
    expect(await refusalOf(call)).toMatchObject({ code: "UNAUTHENTICATED" });
  });

  it("puts no page live once it ended, though its gate was still at work", async () => {
    const site = await makeSite({
      code: "async beforePublish() { await scheduler.wait(3_500); return true; }",
    });
    const made = await openAdmin().createToken({ role: "admin", site: site.id });
    const session = await signIn<AdminSession>(made.token);
    await session.putPages({ site: site.id, pages: [page] });
    const refusal = refusalOf(() => session.publish({ site: site.id, page: page.id }));
    await scheduler.wait(300);
    await openAdmin().revokeToken({ id: made.id });
    expect(await refusal).toMatchObject({ code: "UNAUTHENTICATED" });
    const content = gateway.CoreContent({ props: { site: site.id } });
    expect(await content.get(page.id)).toMatchObject({ status: "draft" });
  });

  it("outlasts the sign-in token that opened it, until that is revoked", async () => {
    const operator = openAdmin();
    const made = await operator.createToken({ role: "operator", singleUse: true, expiresInSeconds: 1 });
    const session = await signIn<AdminSession>(made.token);
    await scheduler.wait(Date.parse(made.expiresAt ?? "") - Date.now() + 1);
    expect(await session.whoAmI()).toMatchObject({ role: "operator" });
    expect(await operator.revokeToken({ id: made.id })).toMatchObject({ revoked: true });
    expect(await refusalOf(() => session.whoAmI())).toMatchObject({ code: "UNAUTHENTICATED" });
  });

  it("of the first operator ends with no token", async () => {
    const session = await signIn<AdminSession>(OPERATOR_TOKEN);
    expect(await session.revokeToken({ id: "first-operator" })).toMatchObject({ revoked: false });
    expect(await session.whoAmI()).toMatchObject({ role: "operator", label: "first operator" });
  });
});

describe("an owner", () => {
  it("ends the sessions of its own site, and of no other", async () => {
    const [own, other] = await Promise.all([makeSite(), makeSite()]);
    const owner = await signInAs("owner", own.id);
    const operator = openAdmin();
    const [mine, theirs] = await Promise.all(
      [own, other].map(({ id }) => operator.createToken({ role: "admin", site: id })),
    );
    const sessions = await Promise.all([mine, theirs].map((made) => signIn<AdminSession>(made?.token ?? "")));
    const id = theirs?.id ?? "";
    for (const args of [{ id }, { id, site: other.id }]) {
      expect(await refusalOf(() => owner.revokeToken(args))).toMatchObject({ code: "PERMISSION_DENIED" });
    }
    const answers = await Promise.all([
      owner.revokeToken({ id, site: own.id }),
      owner.revokeToken({ id: mine?.id ?? "", site: own.id }),
    ]);
    expect(answers).toMatchObject([{ revoked: false }, { revoked: true }]);
    expect(await refusalOf(async () => sessions[0]?.whoAmI())).toMatchObject({ code: "UNAUTHENTICATED" });
    expect(await sessions[1]?.whoAmI()).toMatchObject({ site: other.id });
  });
});
