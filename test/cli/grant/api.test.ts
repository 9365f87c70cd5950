// What a grant will hold: wishes, the grant in force, and what the manifest still declares.
import { expect, it } from "vitest";
import { chooseTerms } from "../../../cli/grant/api.ts";
import type { GrantStatus } from "../../../contracts/rpc.ts";

const CURRENT: GrantStatus = {
  plugin: "one-plugin",
  version: "1.0.0",
  jti: "0123456789abcdef",
  scope: "hook:beforePublish read:kv read:pages",
  authorization: [
    { scope: "hook:beforePublish", caveats: {} },
    { scope: "read:kv", caveats: {} },
    { scope: "read:pages", caveats: { collections: ["posts"] } },
  ],
  grantedBy: "operator",
  issuedAt: "2026-01-01T00:00:00.000Z",
  expiresAt: "2026-03-01T00:00:00.000Z",
  status: "live",
};
const ASKED = ["hook:beforePublish", "read:pages", "write:kv"] as const;
const WISH = { scopes: ["write:kv"], caveats: {}, only: false } as const;

it("grants everything declared when no scope is named", () => {
  expect(chooseTerms({ ...WISH, scopes: null }, CURRENT, ASKED)).toEqual({});
});

it("adds scopes to the grant in force and keeps its caveats, without what is declared no more", () => {
  expect(chooseTerms(WISH, CURRENT, ASKED)).toEqual({
    scopes: ["write:kv", "hook:beforePublish", "read:pages"],
    caveats: { "hook:beforePublish": {}, "read:pages": { collections: ["posts"] } },
  });
});

it("grants the named scopes alone with --only, or when nothing is in force", () => {
  expect(chooseTerms({ ...WISH, only: true }, CURRENT, ASKED)).toEqual({ scopes: ["write:kv"] });
  expect(chooseTerms(WISH, null, ASKED)).toEqual({ scopes: ["write:kv"] });
});

it("lets a caveat given now replace the one in force", () => {
  const wish = { ...WISH, caveats: { "read:pages": { collections: ["pages"] } } };
  expect(chooseTerms(wish, CURRENT, ASKED).caveats?.["read:pages"]).toEqual({ collections: ["pages"] });
});

it("refuses a caveat for a scope that is not granted: it would narrow nothing", () => {
  const wish = { ...WISH, only: true, caveats: { "read:pages": { collections: ["pages"] } } };
  expect(() => chooseTerms(wish, CURRENT, ASKED)).toThrow(/--caveat narrows read:pages/);
});
