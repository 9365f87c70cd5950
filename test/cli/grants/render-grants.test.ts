// Grants in words: what each allows and until when, and the one in force before it is renewed.
import { expect, it } from "vitest";
import { renderGrants } from "../../../cli/grants/command.ts";
import { findGrantInForce } from "../../../cli/renew/command.ts";
import { renderGrantInForce } from "../../../cli/renew/render-grant.ts";
import { renderRevocation } from "../../../cli/revoke/command.ts";
import { pluginIdSchema, siteIdSchema } from "../../../contracts/ids.ts";
import type { GrantStatus } from "../../../contracts/rpc.ts";
import { plain } from "../stand-in-io.ts";

const SITE = siteIdSchema.parse("demo");
const PLUGIN = pluginIdSchema.parse("seo-check");
const GRANT: GrantStatus = {
  plugin: "seo-check",
  version: "1.0.0",
  jti: "jti-1",
  scope: "hook:beforePublish transform:html",
  authorization: [
    { scope: "hook:beforePublish", caveats: { collections: ["posts", "pages"] } },
    { scope: "transform:html", caveats: {} },
  ],
  grantedBy: "operator:1",
  issuedAt: "2026-11-22T13:45:17.000Z",
  expiresAt: "2026-12-22T13:45:17.000Z",
  expiresInDays: null,
  continues: null,
  status: "live",
};

it("shows caveats beside their scopes", () => {
  expect(renderGrants([GRANT], "demo", plain)).toMatch(
    /operator:1 {2}hook:beforePublish\(collections=posts,pages\) transform:html$/,
  );
});

it("warns of a live grant that ends soon, and of none that is over", () => {
  const soon = { ...GRANT, expiresInDays: 6 };
  const warning = "seo-check expires in 6 days: emgate renew seo-check --site demo";
  expect(renderGrants([soon], "demo", plain)).toContain(`\n${warning}`);
  expect(renderGrants([{ ...soon, status: "revoked" }], "demo", plain)).not.toContain(warning);
});

it("shows the grant in force in the words of its consent", () => {
  expect(renderGrantInForce(GRANT, "demo", plain).split("\n")).toEqual([
    "seo-check 1.0.0 on demo, granted by operator:1 until 2026-12-22T13:45:17.000Z:",
    "  This plugin can hold up or stop a publication in posts, pages.",
    "    hook:beforePublish, risk high",
    "  This plugin can add sanitised markup to public pages, and change their texts, links and images.",
    expect.stringMatching(/^ {4}transform:html, risk high, because with hook:beforePublish, /),
  ]);
});

it("shows a caveat that it has no words for as it is", () => {
  const newer = { ...GRANT, authorization: [{ scope: "read:kv" as const, caveats: { phase: "full-moon" } }] };
  expect(renderGrantInForce(newer, "demo", plain)).toContain("\n  read:kv(phase=full-moon)\n");
});

it("finds the grant in force, expired or not, and no other", async () => {
  const find = (...grants: GrantStatus[]) =>
    findGrantInForce({ listGrants: async () => grants }, SITE, PLUGIN);
  const old = { ...GRANT, jti: "jti-0", status: "revoked" as const };
  const other = { ...GRANT, jti: "jti-2", plugin: "sitemap" };
  expect((await find(old, other, GRANT)).jti).toBe("jti-1");
  expect((await find(old, { ...GRANT, status: "expired" })).status).toBe("expired");
  await expect(find(old, other)).rejects.toMatchObject({
    code: "NOT_FOUND",
    message: expect.stringContaining("emgate grant seo-check --site demo"),
  });
});

it("says of a revocation what goes on", () => {
  const revocation = { revokedAt: "2026-11-22T13:45:21.983Z", epoch: 3, drainedMs: 810, jti: "jti-1" };
  expect(renderRevocation({ ...revocation, replacedBy: null }, "seo-check on demo", plain)).toBe(
    "revoked seo-check on demo at 2026-11-22T13:45:21.983Z; drained in 810 ms (grant jti-1)",
  );
  expect(renderRevocation({ ...revocation, replacedBy: "jti-2" }, "seo-check on demo", plain)).toMatch(
    /\nthe rest goes on under grant jti-2$/,
  );
});
