import { describe, expect, it } from "vitest";
import type { AdminSession, CoreSession } from "../../../contracts/rpc.ts";
import { makeSite, openAdmin, refusalOf } from "../site.ts";
import { connect, makeToken, OPERATOR_TOKEN, sendBatch, signIn, textOf } from "./rpc.ts";

const WRONG = "emg_wrong-wrong-wrong-wrong-wrong";

describe("authenticate", () => {
  it.each([
    ["wrong", WRONG],
    ["empty", ""],
    ["short", "short"],
    ["huge", "x".repeat(100_000)],
    ["nearly right", `${OPERATOR_TOKEN} `],
    ["the digest itself", "21a41ec35ffe053418f5ebab652c9b4cb07a643a9100640d18b635e0df503928"],
    ["a number", 5],
    ["null", null],
    ["missing", undefined],
    ["a list", [OPERATOR_TOKEN]],
    ["an object", { token: OPERATOR_TOKEN }],
    ["a function", () => OPERATOR_TOKEN],
    ["bytes", new TextEncoder().encode(OPERATOR_TOKEN)],
  ])("refuses a token that is %s, with the same words", async (_what, token) => {
    const root = await connect();
    const error = await refusalOf(async () => root.authenticate(token as string));
    expect(error).toMatchObject({
      code: "UNAUTHENTICATED",
      message: "expected a token that is known here and not expired or used up",
    });
    expect(textOf(error)).not.toContain(OPERATOR_TOKEN);
  });

  it("answers each role with its own session", async () => {
    const site = await makeSite();
    expect(await (await signIn<AdminSession>(OPERATOR_TOKEN)).whoAmI()).toMatchObject({
      role: "operator",
      site: null,
    });
    for (const role of ["owner", "admin", "viewer"] as const) {
      const session = await signIn<AdminSession>(await makeToken(role, site.id));
      expect(await session.whoAmI()).toMatchObject({ role, site: site.id });
    }
    const core = await signIn<CoreSession>(await makeToken("core", site.id));
    expect((await core.describe()).hooks).toContain("beforePublish");
  });

  it("takes a sign-in token once", async () => {
    const { token } = await openAdmin().createToken({ role: "operator", singleUse: true });
    expect(await (await signIn<AdminSession>(token)).whoAmI()).toMatchObject({ role: "operator" });
    expect(await refusalOf(() => signIn(token))).toMatchObject({ code: "UNAUTHENTICATED" });
  });

  it("takes a sign-in token for ten minutes at most", async () => {
    const admin = openAdmin();
    const make = (expiresInSeconds?: number) =>
      admin.createToken({
        role: "operator",
        singleUse: true,
        ...(expiresInSeconds !== undefined && { expiresInSeconds }),
      });
    for (const [asked, lifetimeSeconds] of [
      [undefined, 600],
      [600, 600],
      [60, 60],
    ] as const) {
      const { createdAt, expiresAt } = await make(asked);
      expect(Date.parse(expiresAt ?? "") - Date.parse(createdAt)).toBe(lifetimeSeconds * 1000);
    }
    expect(await refusalOf(() => make(601))).toMatchObject({
      code: "INVALID_ARGUMENT",
      message: expect.stringContaining("a sign-in token lasts at most 600 seconds"),
    });
  });

  it("takes a sign-in token once when it is presented twice at the same time", async () => {
    const { token } = await openAdmin().createToken({ role: "operator", singleUse: true });
    const answers = await Promise.allSettled([signIn(token), signIn(token), signIn(token)]);
    expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  it("refuses a token that is expired or revoked", async () => {
    const admin = openAdmin();
    const brief = await admin.createToken({ role: "operator", expiresInSeconds: 1 });
    const gone = await admin.createToken({ role: "operator" });
    expect(await admin.revokeToken({ id: gone.id })).toMatchObject({ revoked: true });
    expect(await refusalOf(() => signIn(gone.token))).toMatchObject({ code: "UNAUTHENTICATED" });
    await scheduler.wait(Date.parse(brief.expiresAt ?? "") - Date.now() + 1);
    expect(await refusalOf(() => signIn(brief.token))).toMatchObject({ code: "UNAUTHENTICATED" });
  });

  it("never lists a token's text", async () => {
    const token = await makeToken("operator");
    const listed = JSON.stringify(await openAdmin().listTokens({}));
    expect(listed).toContain('"role":"operator"');
    expect(listed).not.toContain(token);
  });
});

describe("a connection that tries wrong tokens", () => {
  it("is RATE_LIMITED after ten, one after another", async () => {
    const root = await connect();
    const codes = [];
    for (let turn = 0; turn < 12; turn += 1) {
      codes.push(((await refusalOf(async () => root.authenticate(WRONG))) as { code: string }).code);
    }
    expect(codes).toEqual([...Array(10).fill("UNAUTHENTICATED"), "RATE_LIMITED", "RATE_LIMITED"]);
  });

  it("is RATE_LIMITED after ten, all at once", async () => {
    const messages = Array.from({ length: 30 }, (_, index) => [
      ["push", ["pipeline", 0, ["authenticate"], [WRONG]]],
      ["pull", index + 1],
    ]).flat();
    const text = await (await sendBatch(...messages)).text();
    expect(text.match(/RATE_LIMITED/g)).toHaveLength(20);
    expect(text.match(/UNAUTHENTICATED/g)).toHaveLength(10);
  });

  it("is not limited by tokens that are right", async () => {
    const root = await connect();
    for (let turn = 0; turn < 12; turn += 1) {
      const session = (await root.authenticate(OPERATOR_TOKEN)) as unknown as AdminSession;
      expect(await session.whoAmI()).toMatchObject({ role: "operator" });
    }
  });

  it("are not made for a site that does not exist", async () => {
    const made = openAdmin().createToken({ role: "admin", site: "nobody-made-this" });
    await expect(made).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});
