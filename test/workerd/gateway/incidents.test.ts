// What becomes of a plugin that held a local runtime up: it is switched off, audited and shown, until an admin
// enables it; and whoever publishes hears that its check did not run.
import { expect, it } from "vitest";
import { events, makeSite, openAdmin, refusalOf } from "../site.ts";

const gate = { code: "async beforePublish() { return true; }" };
const looped = { code: "CPU_LIMIT", hook: "renderHtml", reason: expect.stringMatching(/^it computed/) };

function incidentOf(site: string, plugin = "probe") {
  return {
    trouble: "silent" as const,
    culprits: [{ site, plugin, hook: "renderHtml" as const }],
    suspects: [],
  };
}

it("switches the plugin off, and says why in the list of plugins and in the audit log", async () => {
  const site = await makeSite(gate, { ...gate, id: "other" });
  expect(await site.admin.reportIncident(incidentOf(site.id))).toEqual({ stopped: 1 });
  const [probe, other] = await site.admin.listPlugins({ site: site.id });
  expect(probe).toMatchObject({ status: "disabled", stopped: { ...looped, at: expect.any(String) } });
  expect(other).toMatchObject({ status: "live", stopped: null });
  const { entries } = await site.admin.audit({ site: site.id, kind: "watchdog" });
  expect(entries).toMatchObject([
    {
      action: "disable",
      actor: "system",
      plugin: "probe",
      hook: "renderHtml",
      reason: looped.reason,
      detail: { code: "CPU_LIMIT" },
    },
  ]);
});

it("writes every restart into the deployment's audit log, with those it concerns", async () => {
  const site = await makeSite(gate);
  const suspects = [{ site: site.id, plugin: "probe", hook: "onSearch" as const }];
  await site.admin.reportIncident({ trouble: "ended", culprits: [], suspects });
  await site.admin.reportIncident({ trouble: "killed", culprits: [], suspects: [] });
  const { entries } = await site.admin.audit({ kind: "watchdog", limit: 1_000 });
  const [wedge, kill] = entries.slice(-2);
  expect(wedge).toMatchObject({
    action: "restart",
    reason: expect.stringMatching(/^a plugin ended/),
    detail: { suspects },
  });
  expect(kill).toMatchObject({ reason: "the runtime was ended from outside" });
  expect(await site.admin.listPlugins({ site: site.id })).toMatchObject([{ status: "live" }]);
});

it("is told to whoever publishes: nobody objected, and nobody looked", async () => {
  const site = await makeSite({ ...gate, scopes: ["hook:beforePublish", "hook:renderHtml"] });
  await site.admin.reportIncident(incidentOf(site.id));
  const outcome = await site.hooks.beforePublish(events.beforePublish);
  expect(outcome).toMatchObject({ allow: true, trace: { plugins: [] } });
  expect(outcome.issues).toEqual([
    {
      severity: "warning",
      plugin: "probe",
      message: "probe did not check this: it was switched off (CPU_LIMIT) until an admin enables it",
    },
  ]);
});

it("is not told of a plugin that would not have checked it, nor of one that an admin has disabled", async () => {
  const site = await makeSite(
    { code: "async renderHtml() {}", scopes: ["hook:renderHtml"] },
    { ...gate, id: "disabled" },
    {
      ...gate,
      id: "elsewhere",
      scopes: [{ scope: "hook:beforePublish", caveats: { collections: ["pages"] } }],
    },
  );
  for (const plugin of ["probe", "elsewhere"]) await site.admin.reportIncident(incidentOf(site.id, plugin));
  await site.admin.disable({ site: site.id, plugin: "disabled" });
  expect((await site.hooks.beforePublish(events.beforePublish)).issues).toEqual([]);
});

it("is over when an admin enables the plugin", async () => {
  const site = await makeSite(gate);
  await site.admin.reportIncident(incidentOf(site.id));
  await site.admin.enable({ site: site.id, plugin: "probe" });
  expect(await site.admin.listPlugins({ site: site.id })).toMatchObject([{ status: "live", stopped: null }]);
  const { issues, trace } = await site.hooks.beforePublish(events.beforePublish);
  expect(issues).toEqual([]);
  expect(trace.plugins).toMatchObject([{ outcome: "ok" }]);
});

it("leaves one that was disabled, or is on no site any more, as it is", async () => {
  const site = await makeSite(gate);
  await site.admin.disable({ site: site.id, plugin: "probe", reason: "an admin's own" });
  expect(await site.admin.reportIncident(incidentOf(site.id))).toEqual({ stopped: 0 });
  expect(await site.admin.listPlugins({ site: site.id })).toMatchObject([{ stopped: null }]);
  expect(await site.admin.reportIncident(incidentOf(site.id, "nobody"))).toEqual({ stopped: 0 });
  expect(await site.admin.reportIncident(incidentOf("no-such-site"))).toEqual({ stopped: 0 });
});

it("is an operator's to report", async () => {
  const site = await makeSite(gate);
  const owner = openAdmin("owner", site.id);
  expect(await refusalOf(() => owner.reportIncident(incidentOf(site.id)))).toMatchObject({
    code: "PERMISSION_DENIED",
  });
});
