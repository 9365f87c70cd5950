import { beforeAll, describe, expect, it } from "vitest";
import type { AdminSession } from "../../../contracts/rpc.ts";
import { makeSite, refusalOf, type TestSite } from "../site.ts";
import { argumentsFor, METHODS, type Method } from "./arguments.ts";
import { makeToken, OPERATOR_TOKEN, signIn, signInAs, signInAsCore } from "./rpc.ts";

const VIEW: readonly Method[] = [
  "listPlugins",
  "listData",
  "describeConsent",
  "describeRollback",
  "listGrants",
  "getPolicy",
  "getSettings",
  "audit",
  "logs",
  "listTraces",
];
const OWN: readonly Method[] = ["createToken", "listTokens", "revokeToken"];
const OPERATE: readonly Method[] = ["createSite", "registerVersion", "reportIncident", "retireKey", "yank"];
const ADMINISTER = METHODS.filter((method) => ![...VIEW, ...OWN, ...OPERATE].includes(method));
/** Those without an argument, which concern the whole deployment. */
const BARE = ["migrate", "rotateKey", "listKeys", "listPool"] as const;

let own: TestSite;
let other: TestSite;

beforeAll(async () => {
  own = await makeSite();
  other = await makeSite();
});

/** The code a call ends with: `PERMISSION_DENIED`, or something that only those get who may call. */
async function codeOf(session: AdminSession, method: Method | (typeof BARE)[number], site = own.id) {
  const methods = session as unknown as Record<string, (args?: unknown) => Promise<unknown>>;
  const all: Record<string, object> = argumentsFor(site);
  const args = all[method];
  try {
    await methods[method]?.(args);
    return "answered";
  } catch (error) {
    return (error as { code: string }).code;
  }
}

async function expectOnItsSiteAlone(role: "owner" | "admin" | "viewer", method: Method): Promise<void> {
  const session = await signInAs(role, own.id);
  expect(await codeOf(session, method)).not.toBe("PERMISSION_DENIED");
  expect(await codeOf(session, method, other.id)).toBe("PERMISSION_DENIED");
  expect(await codeOf(session, method, "nowhere")).toBe("PERMISSION_DENIED");
}

// Side by side: a change is acknowledged when no lease of before is left, which takes its time.
describe.concurrent("a viewer", () => {
  it.each([...ADMINISTER, ...OWN, ...OPERATE, ...BARE])("may not %s", async (method) => {
    expect(await codeOf(await signInAs("viewer", own.id), method)).toBe("PERMISSION_DENIED");
  });

  it.each(VIEW)("may %s on its own site, and on no other", async (method) => {
    await expectOnItsSiteAlone("viewer", method);
  });
});

describe.concurrent("an admin", () => {
  it.each([...OWN, ...OPERATE, ...BARE])("may not %s", async (method) => {
    expect(await codeOf(await signInAs("admin", own.id), method)).toBe("PERMISSION_DENIED");
  });

  it.each([...ADMINISTER, ...VIEW])("may %s on its own site, and on no other", async (method) => {
    await expectOnItsSiteAlone("admin", method);
  });

  it("sees its own site alone", async () => {
    const admin = await signInAs("admin", own.id);
    expect((await admin.listSites()).map(({ id }) => id)).toEqual([own.id]);
  });
});

describe.concurrent("an owner", () => {
  it.each([...OPERATE, ...BARE])("may not %s", async (method) => {
    expect(await codeOf(await signInAs("owner", own.id), method)).toBe("PERMISSION_DENIED");
  });

  it.each([...ADMINISTER, ...VIEW, ...OWN])("may %s on its own site, and on no other", async (method) => {
    await expectOnItsSiteAlone("owner", method);
  });

  it("makes tokens of each of its site's roles, and none of the deployment", async () => {
    const owner = await signInAs("owner", own.id);
    for (const role of ["owner", "admin", "viewer", "core"] as const) {
      expect(await owner.createToken({ role, site: own.id })).toMatchObject({ role, site: own.id });
    }
    const operator = await refusalOf(() => owner.createToken({ role: "operator" }));
    expect(operator).toMatchObject({ code: "PERMISSION_DENIED" });
    const disguised = await refusalOf(() => owner.createToken({ role: "operator", site: own.id }));
    expect(disguised).toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  it("sees its own site's tokens alone, and nothing of the deployment", async () => {
    await makeToken("admin", other.id);
    const owner = await signInAs("owner", own.id);
    const listed = await owner.listTokens({ site: own.id });
    expect(new Set(listed.map(({ site }) => site))).toEqual(new Set([own.id]));
    for (const call of [
      () => owner.listTokens({}),
      () => owner.audit({}),
      () => owner.revokeToken({ id: "x" }),
    ]) {
      expect(await refusalOf(call)).toMatchObject({ code: "PERMISSION_DENIED" });
    }
  });
});

describe.concurrent("an operator", () => {
  it.each([...METHODS, ...BARE])("may %s everywhere", async (method) => {
    const operator = await signIn<AdminSession>(OPERATOR_TOKEN);
    expect(await codeOf(operator, method)).not.toBe("PERMISSION_DENIED");
  });
});

describe("a core", () => {
  it.each([...METHODS, ...BARE, "whoAmI", "listSites"])("has no %s", async (method) => {
    const core = (await signInAsCore(own.id)) as unknown as Record<
      string,
      (args: unknown) => Promise<unknown>
    >;
    const call = core[method];
    const error = await refusalOf(async () => call?.({ site: own.id }));
    expect(error).toMatchObject({ code: "PERMISSION_DENIED" });
  });

  it("calls the hooks of its own site, whatever site it names", async () => {
    await own.add({ code: "async beforePublish({ context }) { return say(context.site); }" });
    const core = await signInAsCore(own.id);
    const event = { pageId: "p", collection: "posts", slug: "s", site: other.id, props: { site: other.id } };
    const { issues } = await core.beforePublish(event);
    expect(issues.map(({ message }) => JSON.parse(message))).toEqual([own.id]);
  });
});
