// One honest argument of every method of the AdminSession; the tests change one thing of it.
import type { AdminArguments } from "../../../contracts/rpc.ts";
import { events, page } from "../site.ts";

/** For this site; what does not name one is the same for all. */
export function argumentsFor(site: string) {
  const at = { site, plugin: "probe" };
  return {
    createSite: { site, name: "n", url: "https://a.example", locale: "en" },
    importSeed: { site, seed: "{}", onConflict: "skip" },
    putPages: { site, pages: [page] },
    publish: { site, page: "posts/x" },
    callHook: { site, hook: "onSchedule", event: events.onSchedule },
    runHook: { ...at, hook: "onSchedule", event: events.onSchedule },
    registerVersion: { manifest: "{}", code: "", migrations: [] },
    listPlugins: { site },
    install: { ...at, version: "1.0.0" },
    update: { ...at, to: "1.0.0", dryRun: false },
    describeRollback: at,
    rollback: { ...at, to: "1.0.0", reason: "r" },
    disable: { ...at, reason: "r" },
    enable: at,
    uninstall: { ...at, reason: "r", keepDataSeconds: 60 },
    listData: { site },
    exportData: { ...at, major: 1, after: "c" },
    deleteData: { ...at, major: 1, reason: "r" },
    resetBreaker: { ...at, reason: "r" },
    getPolicy: { site },
    setPolicy: { site, gate: "refuse", updates: "ask", recordings: "local" },
    setOrder: { site, plugins: ["probe"] },
    getSettings: at,
    setSettings: { ...at, settings: { size: 1 } },
    describeConsent: { ...at, scopes: ["read:kv"], only: false, caveats: {} },
    dryRunGrant: { ...at, scopes: ["read:kv"], only: false, caveats: {} },
    grant: {
      ...at,
      scopes: ["read:kv"],
      only: false,
      caveats: {},
      expiresInSeconds: 60,
      consent: "a".repeat(64),
    },
    renew: { ...at, jti: "x", expiresInSeconds: 60 },
    revoke: { ...at, scopes: ["read:kv"], reason: "r" },
    listGrants: { site },
    audit: {
      site,
      plugin: "probe",
      kind: "denial",
      since: "2026-01-01T00:00:00.000Z",
      cursor: 0,
      limit: 10,
    },
    logs: {
      site,
      plugin: "probe",
      hook: "onSearch",
      since: "2026-01-01T00:00:00Z",
      level: "warn",
      after: 0,
      limit: 1,
    },
    listTraces: { site, plugin: "probe", outcome: "timeout", cursor: 1, limit: 1 },
    listRecordings: { site, plugin: "probe", hook: "onSchedule", cursor: 1, limit: 1 },
    recording: { site, invocation: "x" },
    retireKey: { kid: "x", reason: "r" },
    yank: { plugin: "probe", version: "1.0.0", reason: "r" },
    createToken: { role: "admin", site, label: "l", singleUse: false, expiresInSeconds: 60 },
    listTokens: { site },
    reportIncident: { trouble: "silent", culprits: [], suspects: [] },
    revokeToken: { id: "x", site },
  } as const satisfies AdminArguments;
}

export type Method = keyof ReturnType<typeof argumentsFor>;
export const METHODS = Object.keys(argumentsFor("any")) as Method[]; // of the object just above
