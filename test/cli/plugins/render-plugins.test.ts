// The list of plugins ends with what a person should do: each status, held versions, grants that end soon.
import { expect, it } from "vitest";
import { renderPlugins } from "../../../cli/plugins/render-plugins.ts";
import type { PluginStatus } from "../../../contracts/rpc.ts";
import { plain } from "../stand-in-io.ts";

const PLUGIN: PluginStatus = {
  plugin: "seo-check",
  name: "SEO check",
  version: "1.0.0",
  enabled: true,
  position: 1,
  hooks: ["beforePublish"],
  scopes: { asked: ["hook:beforePublish", "read:pages"], granted: ["hook:beforePublish"] },
  expiresAt: "2026-12-22T13:45:17.000Z",
  expiresInDays: null,
  update: null,
  stopped: null,
  breaker: null,
  status: "live",
};
const BREAKER = {
  state: "open",
  failures: 5,
  openedAt: "2026-11-22T13:45:17.000Z",
  retryAt: "2026-11-22T13:45:47.000Z",
  lastError: "DEADLINE_EXCEEDED",
} as const;
const HELD = { version: "1.2.0", heldAt: "2026-11-22T13:45:17.000Z", isWider: true };

function notesOf(changes: Partial<PluginStatus>): string[] {
  return renderPlugins([{ ...PLUGIN, ...changes }], "demo", plain)
    .split("\n")
    .slice(2);
}

it("shows a row a plugin, and no note where all is well", () => {
  expect(renderPlugins([PLUGIN], "demo", plain).split("\n")).toEqual([
    "PLUGIN     VERSION  STATUS  HOOKS          GRANTED        EXPIRES",
    "seo-check  1.0.0    live    beforePublish  1 of 2 scopes  2026-12-22T13:45:17.000Z",
  ]);
});

it.each<[string, Partial<PluginStatus>, string]>([
  [
    "a held version that asks for more",
    { update: HELD },
    "seo-check 1.2.0 waits for consent, asks for more: emgate grant seo-check --site demo",
  ],
  [
    "a held version that asks for no more",
    { update: { ...HELD, isWider: false } },
    "seo-check 1.2.0 waits for consent: emgate grant seo-check --site demo",
  ],
  [
    "a grant that ends",
    { expiresInDays: 6 },
    "seo-check expires in 6 days: emgate renew seo-check --site demo",
  ],
  [
    "its last day but one",
    { expiresInDays: 1 },
    "seo-check expires in 1 day: emgate renew seo-check --site demo",
  ],
  [
    "its last day",
    { expiresInDays: 0 },
    "seo-check expires within a day: emgate renew seo-check --site demo",
  ],
  [
    "one that has ended",
    { status: "expired", expiresInDays: 0 },
    "seo-check fails, its grant has expired: emgate renew seo-check --site demo",
  ],
  [
    "one that is not good",
    { status: "invalid" },
    "seo-check fails, its grant is not good: emgate grant seo-check --site demo",
  ],
  ["none", { status: "needs-consent" }, "seo-check waits for consent: emgate grant seo-check --site demo"],
  [
    "a disabled plugin",
    { status: "disabled" },
    "seo-check is not called: emgate enable seo-check --site demo",
  ],
  [
    "one that the watchdog switched off",
    {
      status: "disabled",
      stopped: { code: "CPU_LIMIT", hook: "renderHtml", reason: "it computed without end", at: HELD.heldAt },
    },
    "seo-check was switched off: in renderHtml it computed without end: emgate enable seo-check --site demo",
  ],
  [
    "one whose breaker is open",
    { breaker: BREAKER },
    "seo-check failed 5 times in a row (DEADLINE_EXCEEDED) and is not called until 2026-11-22T13:45:47.000Z: emgate breaker reset seo-check --site demo",
  ],
  [
    "one whose breaker is half-open",
    { breaker: { ...BREAKER, state: "half-open" } },
    "seo-check failed 5 times in a row (DEADLINE_EXCEEDED) and is tried again at its next call: emgate breaker reset seo-check --site demo",
  ],
  [
    "a yanked version",
    { status: "yanked" },
    "seo-check 1.0.0 was withdrawn: emgate update seo-check --site demo",
  ],
])("says what to do about %s", (_name, changes, note) => {
  expect(notesOf(changes)).toEqual([note]);
});

it("shows the breaker beside the status", () => {
  const [, row] = renderPlugins([{ ...PLUGIN, breaker: BREAKER }], "demo", plain).split("\n");
  expect(row).toContain("live breaker open");
});

it("names one command where the held version is all that waits", () => {
  expect(notesOf({ status: "needs-consent", update: HELD })).toHaveLength(1);
});
