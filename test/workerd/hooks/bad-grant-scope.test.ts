// Failing closed is for the hooks and events that a plugin was granted: a grant that ran out widens nothing.
import { describe, expect, it } from "vitest";
import type { AdminArguments } from "../../../contracts/rpc.ts";
import { deploymentOf } from "../../../services/gateway/env.ts";
import { env, events, type FixturePlugin, makeSite, type TestSite } from "../site.ts";

type Terms = Partial<AdminArguments["grant"]>;

const event = events.beforePublish; // of the collection posts
const plugin: FixturePlugin = {
  code: "async beforePublish() { return true; }, async onSearch() { return null; }",
  scopes: ["hook:beforePublish", "hook:onSearch"],
};
const searchOnly: Terms = { scopes: ["hook:onSearch"] };
const newsOnly: Terms = { caveats: { "hook:beforePublish": { collections: ["news"] } } };

const endings: Record<string, (site: TestSite) => Promise<unknown>> = {
  "has expired": async () => scheduler.wait(1_100),
  "was yanked": async (site) => {
    const [install] = (await site.state.read()).plugins;
    if (install === undefined) throw new Error("the fixture has a plugin");
    const { version, code } = install;
    await deploymentOf(env).yank({ plugin: "probe", version, code, reason: "it is tested" }, "operator:test");
  },
};

describe.each(Object.entries(endings))("a plugin whose grant %s", (_how, end) => {
  it.concurrent.each([
    ["was never granted the gate", searchOnly, true],
    ["was granted the gate for another collection", newsOnly, true],
    ["was granted the gate", {} as Terms, false],
  ] satisfies [string, Terms, boolean][])("and which %s", async (_what, terms, allow) => {
    // Code of its own: a yank is of code, whichever site runs it.
    const code = `// ${crypto.randomUUID()}\nexport default { ${plugin.code} };`;
    const site = await makeSite({ ...plugin, code, grant: { ...terms, expiresInSeconds: 1 } });
    await end(site);
    await scheduler.wait(2_100);
    expect(await site.hooks.beforePublish(event)).toMatchObject({ allow });
  });
});
