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
    registerVersion: { manifest: "{}", code: "" },
    listPlugins: { site },
    install: { ...at, version: "1.0.0" },
    describeConsent: { ...at, scopes: ["read:kv"], only: false, caveats: {} },
    grant: {
      ...at,
      scopes: ["read:kv"],
      only: false,
      caveats: {},
      expiresInSeconds: 60,
      consent: "a".repeat(64),
    },
    revoke: at,
    listGrants: { site },
    createToken: { role: "admin", site, label: "l", singleUse: false, expiresInSeconds: 60 },
    revokeToken: { id: "x" },
  } as const satisfies AdminArguments;
}

export type Method = keyof ReturnType<typeof argumentsFor>;
export const METHODS = Object.keys(argumentsFor("any")) as Method[]; // of the object just above
