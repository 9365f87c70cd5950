// A `migrate` or a migration that holds up a local runtime: it is named, and the version that runs stays on.
import { afterEach, expect, it } from "vitest";
import type { AdminSession } from "../../../contracts/rpc.ts";
import { type Host, startHost, waitFor } from "./host.ts";
import { attack as endlessFor } from "./loops/for.attack.ts";
import { makeFirstWedge } from "./target.ts";

const SITE = "moved";
const at = { site: SITE, plugin: "mover" };
const scopes = ["hook:beforePublish", "write:kv", "use:db"].map((scope) => ({
  scope,
  reason: "it is tested",
}));
const GATE = "async beforePublish() { return true; },";
const ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

let host: Host | undefined;
afterEach(async () => {
  await host?.stop();
  host = undefined;
});

async function register(admin: AdminSession, version: string, methods: string, sql?: string): Promise<void> {
  const manifest = { apiVersion: 1, id: at.plugin, name: "Mover", version, scopes };
  const migrations = sql === undefined ? [] : [{ name: "0001_endless.sql", sql }];
  const code = `export default { ${GATE} ${methods} }; // ${version}`;
  await admin.registerVersion({ manifest: JSON.stringify(manifest), code, migrations });
  await admin.install({ ...at, version });
}

it.each([
  ["a migrate that computes without end", "async migrate() { for (;;) {} },", undefined],
  ["a migration without an end", "", ENDLESS],
])("%s is named, and 1.0.0 stays on", async (_name, methods, sql) => {
  host = await startHost("--patience", "900");
  await makeFirstWedge(host, endlessFor);
  await host.ask((admin) => admin.whoAmI());
  await host.act(async (admin) => {
    await admin.createSite({ site: SITE, name: SITE });
    await register(admin, "1.0.0", "");
    await admin.grant(at);
    await register(admin, "2.0.0", methods, sql);
  });
  // The request is lost with the runtime that it holds up.
  await host.act((admin) => admin.grant(at)).catch(() => undefined);
  const { ask } = host;
  const { entries } = await waitFor(
    () => ask((admin) => admin.audit({ site: SITE, kind: "watchdog" })),
    (page) => page.entries.length > 0,
    "the culprit in the site's audit log",
  );
  expect(entries).toMatchObject([{ plugin: "mover", hook: "migrate", detail: { code: "CPU_LIMIT" } }]);
  const [status] = await ask((admin) => admin.listPlugins({ site: SITE }));
  expect(status).toMatchObject({
    version: "1.0.0",
    enabled: true,
    status: "live",
    stopped: null,
    update: { version: "2.0.0" },
  });
  const event = { pageId: "p", collection: "posts", slug: "s" };
  const gate = () => ask((admin) => admin.runHook({ ...at, hook: "beforePublish", event }));
  await waitFor(gate, ({ outcome }) => outcome === "ok", "the gate of 1.0.0");
});
