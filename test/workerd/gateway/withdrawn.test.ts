import { describe, expect, it } from "vitest";
import { type FixturePlugin, gateway, makeSite, refusalOf } from "../site.ts";

/** Bytes that no other test has: a yank is of a bundle, on every site and for good. */
const says = (id: string, word: string): FixturePlugin => ({
  id,
  code: `async beforePublish() { /* ${crypto.randomUUID()} */ return say("${word}"); }`,
});

const withdrawn = (version: string) => ({
  code: "CONFLICT",
  message: expect.stringContaining(`${version} was withdrawn for a security reason`),
});

/** A plugin of its own with one version, which is granted unless `grant` is false. */
async function makePlugin({ grant }: Pick<FixturePlugin, "grant"> = {}) {
  const plugin = `withdrawn-${crypto.randomUUID().slice(0, 8)}`;
  const site = await makeSite({ ...says(plugin, "one"), ...(grant !== undefined && { grant }) });
  const { admin } = site;
  const at = { site: site.id, plugin };
  const status = async () => (await admin.listPlugins({ site: site.id }))[0];
  const first = (await status())?.version ?? "";
  const register = (word: string) => site.register(says(plugin, word));
  const yank = (version: string) => admin.yank({ plugin, version, reason: "it is tested" });
  return { site, admin, plugin, at, first, status, register, yank, ask: () => site.ask(plugin) };
}

// Changes of a grant are acknowledged after two seconds each.
describe.concurrent("a version that was withdrawn", { timeout: 15_000 }, () => {
  it("is passed over by an install and an update that name none", async () => {
    const { admin, at, first, register, yank, status } = await makePlugin();
    await yank(await register("two"));
    expect(await admin.update(at)).toMatchObject({ to: first, status: "unchanged" });
    const other = await makeSite();
    expect(await admin.install({ ...at, site: other.id })).toMatchObject({ version: first });
    expect(await status()).toMatchObject({ version: first, update: null });
  });

  it("is refused where it is named, on a dry run too", async () => {
    const { admin, at, first, register, yank, status } = await makePlugin();
    const version = await register("two");
    await yank(version);
    for (const dryRun of [true, false]) {
      const refusal = await refusalOf(() => admin.update({ ...at, to: version, dryRun }));
      expect(refusal).toMatchObject(withdrawn(version));
    }
    expect(await refusalOf(() => admin.install({ ...at, version }))).toMatchObject(withdrawn(version));
    expect(await status()).toMatchObject({ version: first, update: null });
  });

  it("is neither tried nor granted when it was held before, while the version that runs serves on", async () => {
    const { site, admin, at, plugin, first, register, yank, ask } = await makePlugin();
    const version = await register("two");
    await admin.update({ ...at, to: version });
    const { code } = await yank(version);
    expect(await refusalOf(() => admin.describeConsent(at))).toMatchObject(withdrawn(version));
    expect(await refusalOf(() => admin.dryRunGrant(at))).toMatchObject(withdrawn(version));
    expect(await refusalOf(() => admin.grant(at))).toMatchObject(withdrawn(version));
    const run = () => gateway.DryRun({ props: { site: site.id } }).run(plugin, code, []);
    expect(await refusalOf(run)).toMatchObject(withdrawn(version));
    expect(await admin.renew(at)).toMatchObject({ version: first, status: "live" });
    expect(await ask()).toBe("one");
  });

  it("is neither granted nor renewed where it is installed", async () => {
    const { admin, at, first, yank } = await makePlugin();
    await yank(first);
    expect(await refusalOf(() => admin.dryRunGrant(at))).toMatchObject(withdrawn(first));
    expect(await refusalOf(() => admin.grant(at))).toMatchObject(withdrawn(first));
    expect(await refusalOf(() => admin.renew(at))).toMatchObject(withdrawn(first));
  });

  it("gives way to an older one, which runs when it is granted", async () => {
    const { admin, at, first, register, yank, status, ask } = await makePlugin();
    const version = await register("two");
    await admin.update({ ...at, to: version });
    await admin.grant(at);
    await yank(version);
    expect(await status()).toMatchObject({ version, status: "yanked" });
    expect(await admin.update(at)).toMatchObject({ from: version, to: first, status: "held" });
    await admin.grant(at);
    expect(await status()).toMatchObject({ version: first, status: "live", update: null });
    expect(await ask()).toBe("one");
  });

  it("leaves nothing to install when there is no other, and can be withdrawn again", async () => {
    const { admin, at, first, yank } = await makePlugin({ grant: false });
    const { code } = await yank(first);
    expect(await refusalOf(() => admin.install(at))).toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("withdrawn"),
    });
    expect(await yank(first)).toMatchObject({ code });
  });
});
