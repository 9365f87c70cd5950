import { beforeAll, describe, expect, it } from "vitest";
import type { AdminSession } from "../../../contracts/rpc.ts";
import { makeSite, refusalOf, type TestSite } from "../site.ts";
import { argumentsFor, METHODS, type Method } from "./arguments.ts";
import { OPERATOR_TOKEN, signIn, signInAs, signInAsCore } from "./rpc.ts";

const OPERATE: readonly Method[] = ["createSite", "registerVersion", "createToken", "revokeToken"];
const VIEW: readonly Method[] = ["listPlugins", "describeConsent", "listGrants"];
const ADMINISTER = METHODS.filter((method) => !OPERATE.includes(method) && !VIEW.includes(method));

let own: TestSite;
let other: TestSite;

beforeAll(async () => {
  own = await makeSite();
  other = await makeSite();
});

/** The code a call ends with: `PERMISSION_DENIED`, or something that only those get who may call. */
async function codeOf(session: AdminSession, method: Method | "migrate" | "listTokens", site = own.id) {
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

describe("a viewer", () => {
  it.each([...ADMINISTER, ...OPERATE, "migrate", "listTokens"] as const)("may not %s", async (method) => {
    expect(await codeOf(await signInAs("viewer", own.id), method)).toBe("PERMISSION_DENIED");
  });

  it.each(VIEW)("may %s on its own site, and on no other", async (method) => {
    const viewer = await signInAs("viewer", own.id);
    expect(["answered", "NOT_FOUND"]).toContain(await codeOf(viewer, method));
    expect(await codeOf(viewer, method, other.id)).toBe("PERMISSION_DENIED");
    expect(await codeOf(viewer, method, "nowhere")).toBe("PERMISSION_DENIED");
  });
});

describe("an admin", () => {
  it.each([...OPERATE, "migrate", "listTokens"] as const)("may not %s", async (method) => {
    expect(await codeOf(await signInAs("admin", own.id), method)).toBe("PERMISSION_DENIED");
  });

  it.each([...ADMINISTER, ...VIEW])("may %s on its own site, and on no other", async (method) => {
    const admin = await signInAs("admin", own.id);
    expect(await codeOf(admin, method)).not.toBe("PERMISSION_DENIED");
    expect(await codeOf(admin, method, other.id)).toBe("PERMISSION_DENIED");
    expect(await codeOf(admin, method, "nowhere")).toBe("PERMISSION_DENIED");
  });

  it("sees its own site alone", async () => {
    const admin = await signInAs("admin", own.id);
    expect((await admin.listSites()).map(({ id }) => id)).toEqual([own.id]);
  });
});

describe("an operator", () => {
  it.each([...METHODS, "migrate", "listTokens"] as const)("may %s everywhere", async (method) => {
    const operator = await signIn<AdminSession>(OPERATOR_TOKEN);
    expect(await codeOf(operator, method)).not.toBe("PERMISSION_DENIED");
  });
});

describe("a core", () => {
  it.each([...METHODS, "whoAmI", "migrate", "listSites", "listTokens"])("has no %s", async (method) => {
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
