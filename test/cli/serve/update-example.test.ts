// A newer example on the demo site: live where all is as the demo set it up, left alone where an admin chose.
import { expect, it } from "vitest";
import type { DemoMarker } from "../../../cli/serve/demo-marker.ts";
import { updateExample } from "../../../cli/serve/update-example.ts";
import type { Consent, ScopeChange, UpdateReport } from "../../../contracts/consent.ts";
import type { PluginStatus } from "../../../contracts/rpc.ts";

const NO_DIFFERENCE = { added: [], removed: [], widened: [], narrowed: [], isWider: false };
const CHANGE: ScopeChange = { scope: "read:pages", before: null, after: {}, text: "new" };
const DIGEST = "0".repeat(64);

interface Situation {
  readonly installed?: Partial<PluginStatus>;
  readonly marker?: Partial<DemoMarker>;
  /** What granting everything would add now. */
  readonly missing?: readonly ScopeChange[];
  readonly version?: string;
  readonly status?: UpdateReport["status"];
}

/** Runs the update; tells the calls that change something, and the marker afterwards. */
async function run({
  installed = {},
  marker: noted,
  missing = [],
  version = "1.1.0",
  status = "held",
}: Situation) {
  const calls: string[] = [];
  const marker: DemoMarker = {
    seeded: true,
    installed: ["seo-check"],
    granted: ["seo-check"],
    versions: { "seo-check": "1.0.0" },
    updating: [],
    ...noted,
  };
  const plugin = { plugin: "seo-check", version: "1.0.0", status: "live", ...installed } as PluginStatus; // all that is read
  await updateExample(
    {
      admin: {
        update: async ({ to = "" }) => {
          calls.push(`update ${to}`);
          return { plugin: "seo-check", from: "1.0.0", to, diff: NO_DIFFERENCE, status, reason: "" };
        },
        describeConsent: async () =>
          ({
            from: null,
            digest: DIGEST,
            difference: { ...NO_DIFFERENCE, added: missing },
          }) as unknown as Consent, // as above
        grant: async ({ consent }) => {
          calls.push(`grant ${consent === DIGEST ? "what was shown" : "unseen"}`);
          return {} as never; // not looked at
        },
      },
      marker,
      note: (done) => void Object.assign(marker, done),
    },
    "demo",
    plugin,
    version,
  );
  return { calls, marker };
}

it("updates and grants what is as the demo left it", async () => {
  const { calls, marker } = await run({});
  expect(calls).toEqual(["update 1.1.0", "grant what was shown"]);
  expect(marker).toMatchObject({ versions: { "seo-check": "1.1.0" }, updating: [] });
});

it("does so in a state folder of before versions were noted", async () => {
  expect((await run({ marker: { versions: {} } })).calls).toEqual(["update 1.1.0", "grant what was shown"]);
});

it("grants nothing where the site's policy let the update go live", async () => {
  expect((await run({ status: "live" })).calls).toEqual(["update 1.1.0"]);
});

it("goes on with an update that was cut short, though the held version hides what was granted", async () => {
  const { calls, marker } = await run({ marker: { updating: ["seo-check"] }, missing: [CHANGE] });
  expect(calls).toEqual(["update 1.1.0", "grant what was shown"]);
  expect(marker.updating).toEqual([]);
});

it.each<[string, Situation]>([
  ["the version that runs", { version: "1.0.0" }],
  ["a narrowed grant", { missing: [CHANGE] }],
  ["a revoked grant", { installed: { status: "needs-consent" } }],
  ["a disabled plugin", { installed: { status: "disabled" } }],
  ["an expired grant", { installed: { status: "expired" } }],
  ["a plugin that was rolled back", { marker: { versions: { "seo-check": "1.1.0" } } }],
  ["a version of the admin's own", { installed: { version: "2.0.0" } }],
  [
    "an update cut short, and revoked since",
    { marker: { updating: ["seo-check"] }, installed: { status: "needs-consent" } },
  ],
])("leaves %s alone", async (_name, situation) => {
  expect((await run(situation)).calls).toEqual([]);
});

it("notes the version that runs, so that a later rollback is known as one", async () => {
  const { marker } = await run({ version: "1.0.0", marker: { versions: {} } });
  expect(marker.versions).toEqual({ "seo-check": "1.0.0" });
});
