// A plugin reads pages that it was not granted, by ids, names, lists and odd spellings of either.
import { expect, it } from "vitest";
import { page } from "../../workerd/site.ts";
import { ATTACKER, underAttack } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";
import { toldIn } from "../told.ts";

const REFERENCES = [
  "posts:secret",
  "posts/secret",
  "posts/secret/",
  "/posts/secret",
  "POSTS/secret",
  "posts:secret ",
  "posts%2Fsecret",
  "posts\u0000/secret",
  "notes/../posts/secret",
  "notes:private",
  "notes/private",
  "posts' OR '1'='1",
  "%",
  "*",
  "_",
  "__proto__",
];

it("sees what was published in what it was granted, and the event's own page", async () => {
  const code = pluginOf(`async beforePublish({ data, api }) {
    const found = {};
    for (const id of ${JSON.stringify(REFERENCES)}) {
      const page = await api.pages.get(id).catch(({ code }) => code);
      if (page !== null && page !== "PERMISSION_DENIED") found[id] = JSON.stringify(page);
    }
    const listed = [];
    for (const options of [undefined, {}, { collection: "posts" }, { limit: 100 }, { drafts: true, collections: ["notes"] }])
      for (const { id } of (await api.pages.list(options)).pages) listed.push(id);
    const notes = await attempt(() => api.pages.list({ collection: "notes" }));
    return tell({ ...found, listed: JSON.stringify([...new Set(listed)]), notes, own: (await api.getPage(data.pageId)).id });
  }`);
  const attacker = {
    code,
    scopes: ["hook:beforePublish", "read:pages"] as const,
    grant: { caveats: { "read:pages": { collections: ["posts"] } } },
  };
  await underAttack(attacker, async (target) => {
    const report = await target.run();
    expect(report).toMatchObject({ outcome: "ok" });
    const { notes, ...told } = toldIn(report);
    expect(told).toEqual({ listed: "[]", own: page.id });
    expect(notes).toMatch(/^PERMISSION_DENIED: read:pages was not granted for the collection notes/);
    const [entry] = await target.audited(report.calls.filter(({ outcome }) => outcome === "denied").length);
    expect(entry).toMatchObject({ actor: `plugin:${ATTACKER}`, reason: "outside the caveat collections" });
  });
});
