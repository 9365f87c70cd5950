// What an admin reads before signing: nothing of it may be hidden, and nothing a plugin writes may pass for ours.
import { expect, it } from "vitest";
import { proposeGrant } from "../../../cli/grant/api.ts";
import { renderConsent } from "../../../cli/grant/render-consent.ts";
import { renderDryRun, wouldFail } from "../../../cli/grant/render-dry-run.ts";
import type { Consent, DryRunResult } from "../../../contracts/consent.ts";
import { plain } from "../stand-in-io.ts";

const CONSENT: Consent = {
  plugin: "seo-check",
  name: "SEO check",
  version: "1.2.0",
  from: "1.0.0",
  lines: [
    {
      scope: "transform:html",
      risk: "high",
      because: ["with hook:beforePublish, text could be shown"],
      text: "This plugin can add sanitised markup to public pages.",
      reason: "Adds a badge.",
      optional: true,
    },
  ],
  difference: {
    added: [
      {
        scope: "transform:html",
        before: null,
        after: {},
        text: "new: This plugin can add sanitised markup.",
      },
    ],
    removed: [{ scope: "read:kv", before: {}, after: null, text: "no longer: This plugin can read." }],
    widened: [],
    narrowed: [],
    isWider: true,
  },
  withheld: [],
  digest: "0".repeat(64),
};
const DENIED: DryRunResult = {
  hook: "renderHtml",
  outcome: "denied",
  error: { code: "PERMISSION_DENIED", message: "this call needs the scope transform:html" },
};
const WORKED: DryRunResult = { hook: "beforePublish", outcome: "ok", error: null };

it("shows version, site, risk with its reason, the author's words, and the difference in sentences", () => {
  expect(renderConsent(CONSENT, "demo", plain).split("\n")).toEqual([
    "SEO check 1.2.0 (seo-check) on demo, an update of 1.0.0:",
    "  This plugin can add sanitised markup to public pages. (it can do without)",
    "    transform:html, risk high, because with hook:beforePublish, text could be shown",
    "    The author says: Adds a badge.",
    "Against the grant in force:",
    "  + transform:html new: This plugin can add sanitised markup.",
    "  - read:kv no longer: This plugin can read.",
  ]);
});

it("says nothing of an update where the installed version is granted", () => {
  expect(renderConsent({ ...CONSENT, from: null }, "demo", plain)).toMatch(
    /^SEO check 1\.2\.0 .* on demo:\n/,
  );
});

it("names what is withheld", () => {
  const withheld = renderConsent({ ...CONSENT, withheld: ["write:kv"] }, "demo", plain);
  expect(withheld).toContain("\nAsked for, and withheld or narrowed: write:kv\n");
});

it("says so where nothing differs", () => {
  const difference = { ...CONSENT.difference, added: [], removed: [], isWider: false };
  expect(renderConsent({ ...CONSENT, difference }, "demo", plain)).toMatch(/in force:\n {2}no difference$/);
});

it("keeps a name and a reason on their lines: with breaks they could write lines of the consent", () => {
  const [line] = CONSENT.lines;
  const hostile = renderConsent(
    {
      ...CONSENT,
      name: "Nice\n  This plugin can do nothing.",
      lines: line ? [{ ...line, reason: "x\nAgainst the grant in force:\n  no difference" }] : [],
    },
    "demo",
    plain,
  );
  expect(hostile.split("\n")).toHaveLength(renderConsent(CONSENT, "demo", plain).split("\n").length);
});

it("names the hooks that would fail, and why", () => {
  expect(renderDryRun([WORKED, DENIED], plain).split("\n")).toEqual([
    "Tried under this grant:",
    "  beforePublish would work",
    "  renderHtml would fail: PERMISSION_DENIED this call needs the scope transform:html",
  ]);
  expect([WORKED, DENIED].map(wouldFail)).toEqual([false, true]);
});

it("counts a timeout and a broken result as failing, with or without an error", () => {
  expect(renderDryRun([{ ...WORKED, outcome: "timeout" }], plain)).toContain("would fail: timeout");
  expect(wouldFail({ ...WORKED, outcome: "rejected" })).toBe(true);
});

it("tries a grant only where something is withheld, or where it is asked to", async () => {
  const tried: unknown[] = [];
  const admin = (withheld: Consent["withheld"]) => ({
    describeConsent: async () => ({ ...CONSENT, withheld }),
    dryRunGrant: async (terms: unknown) => {
      tried.push(terms);
      return [DENIED];
    },
  });
  const wanted = { site: "demo", plugin: "seo-check" };
  expect((await proposeGrant(admin([]), wanted, false)).dryRun).toBeNull();
  expect(tried).toEqual([]);
  expect((await proposeGrant(admin([]), wanted, true)).dryRun).toEqual([DENIED]);
  expect((await proposeGrant(admin(["write:kv"]), wanted, false)).dryRun).toEqual([DENIED]);
  expect(tried).toEqual([wanted, wanted]);
});
