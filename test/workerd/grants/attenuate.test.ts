import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { caveatsSchema, isWithinCaveats } from "../../../contracts/caveats.ts";
import type { Authority } from "../../../contracts/grant.ts";
import { HOOKS, hookTable } from "../../../contracts/hooks.ts";
import { canonicalJson } from "../../../contracts/json.ts";
import { type Manifest, manifestSchema } from "../../../contracts/manifest.ts";
import { attenuate, detailsOf, isWithinAuthority } from "../../../services/grants/index.ts";
import { effectiveAuthority } from "../../../services/hooks/authority.ts";
import { authorities, narrowings, respellCaveats } from "./authorities.ts";
import { makeClaims } from "./fixture.ts";

const granted: Authority = new Map([
  ["write:kv", { keyPrefix: "cache:", maxBytes: 1000 }],
  ["read:pages", { collections: ["posts", "pages"] }],
]);
const runs = { numRuns: 1000 };

describe("attenuate", () => {
  it("keeps everything, sorted and canonical, where nothing narrower is asked", () => {
    expect([...attenuate(granted, {})]).toEqual([
      ["read:pages", { collections: ["pages", "posts"] }],
      ["write:kv", { keyPrefix: "cache:", maxBytes: 1000 }],
    ]);
  });

  it("keeps the named scopes alone and adds none that was not granted", () => {
    const left = attenuate(granted, { scopes: ["write:kv", "hook:beforePublish"] });
    expect([...left.keys()]).toEqual(["write:kv"]);
  });

  it("adds a caveat, and narrows one that is there", () => {
    const caveats = { "read:pages": { collections: ["posts", "news"], fields: ["title"] } };
    expect(attenuate(granted, { caveats }).get("read:pages")).toEqual({
      collections: ["posts"],
      fields: ["title"],
    });
  });

  it("lets a scope fall out when nothing is left of it", () => {
    const caveats = { "read:pages": { collections: ["news"] }, "write:kv": { keyPrefix: "other:" } };
    expect(attenuate(granted, { caveats }).size).toBe(0);
  });

  it("never widens, whatever is granted and asked", () => {
    fc.assert(
      fc.property(authorities, narrowings, (parent, narrower) => {
        const left = attenuate(parent, narrower);
        expect(isWithinAuthority(left, parent)).toBe(true);
        for (const [scope, caveats] of left) {
          expect(isWithinCaveats(caveats, narrower.caveats?.[scope] ?? {})).toBe(true);
          expect(narrower.scopes === undefined || [...narrower.scopes].includes(scope)).toBe(true);
        }
      }),
      runs,
    );
  });

  it("does the same once as twice", () => {
    fc.assert(
      fc.property(authorities, narrowings, (parent, narrower) => {
        const once = attenuate(parent, narrower);
        expect([...attenuate(once, narrower)]).toEqual([...once]);
      }),
      runs,
    );
  });

  it("leaves, after two narrowings, what both leave, in either order", () => {
    fc.assert(
      fc.property(authorities, narrowings, narrowings, (parent, one, other) => {
        const both = attenuate(attenuate(parent, one), other);
        expect(isWithinAuthority(both, attenuate(parent, one))).toBe(true);
        expect(isWithinAuthority(both, attenuate(parent, other))).toBe(true);
        expect(detailsOf(both)).toEqual(detailsOf(attenuate(attenuate(parent, other), one)));
      }),
      runs,
    );
  });

  it("leaves the whole where the narrowing is as wide", () => {
    fc.assert(
      fc.property(authorities, (parent) => {
        const same = { scopes: [...parent.keys()], caveats: Object.fromEntries(parent) };
        expect(isWithinAuthority(parent, attenuate(parent, same))).toBe(true);
      }),
      runs,
    );
  });
});

describe("isWithinAuthority", () => {
  it("holds for equals, and follows through a third", () => {
    fc.assert(
      fc.property(authorities, narrowings, narrowings, (a, one, other) => {
        const b = attenuate(a, one);
        expect(isWithinAuthority(a, a)).toBe(true);
        expect(isWithinAuthority(attenuate(b, other), a)).toBe(true);
      }),
      runs,
    );
  });

  it.each([
    ["a scope more", new Map([...granted, ["read:kv", {}] as const])],
    ["a caveat less", new Map([...granted, ["write:kv", { keyPrefix: "cache:" }] as const])],
    ["a wider caveat", new Map([...granted, ["write:kv", { keyPrefix: "c", maxBytes: 1000 }] as const])],
  ])("does not hold for %s", (_what, wider: Authority) => {
    expect(isWithinAuthority(wider, granted)).toBe(false);
    expect(isWithinAuthority(granted, wider)).toBe(true);
  });
});

describe("detailsOf", () => {
  it("has one text for all authorities that mean the same", () => {
    fc.assert(
      fc.property(authorities, (authority) => {
        const respelled = [...authority].map(([scope, caveats]) => [scope, respellCaveats(caveats)] as const);
        const other: Authority = new Map(respelled.reverse());
        expect(isWithinAuthority(authority, other) && isWithinAuthority(other, authority)).toBe(true);
        expect(canonicalJson(detailsOf(other))).toBe(canonicalJson(detailsOf(authority)));
      }),
      runs,
    );
  });

  it("has two texts for authorities of which one is wider", () => {
    fc.assert(
      fc.property(authorities, narrowings, (authority, narrower) => {
        const other = attenuate(authority, narrower);
        const areEqual = isWithinAuthority(authority, other) && isWithinAuthority(other, authority);
        expect(canonicalJson(detailsOf(other)) === canonicalJson(detailsOf(authority))).toBe(areEqual);
      }),
      runs,
    );
  });

  it("writes nothing that a caveat's own schema refuses", () => {
    fc.assert(
      fc.property(authorities, (authority) => {
        for (const { caveats } of detailsOf(authority).authorization_details) {
          expect(caveatsSchema.parse(caveats)).toEqual(caveats);
        }
      }),
      runs,
    );
  });
});

describe("effectiveAuthority", () => {
  it("is within the manifest, the grant and the hook's profile, whatever they are", () => {
    fc.assert(
      fc.property(authorities, authorities, fc.constantFrom(...HOOKS, null), (asked, given, hook) => {
        const effective = effectiveAuthority(makeManifest(asked), makeClaims(detailsOf(given)), hook);
        expect(isWithinAuthority(effective, asked)).toBe(true);
        expect(isWithinAuthority(effective, given)).toBe(true);
        for (const scope of effective.keys()) {
          const isOthers = scope.startsWith("hook:") && hook !== null && scope !== hookTable[hook].scope;
          expect(isOthers).toBe(false);
        }
      }),
      runs,
    );
  });

  it("loses nothing that manifest, grant and profile all allow", () => {
    fc.assert(
      fc.property(authorities, narrowings, (asked, narrower) => {
        const given = attenuate(asked, narrower);
        const effective = effectiveAuthority(makeManifest(asked), makeClaims(detailsOf(given)), null);
        expect(detailsOf(effective)).toEqual(detailsOf(given));
      }),
      runs,
    );
  });
});

function makeManifest(asked: Authority): Manifest {
  const scopes = [...asked].map(([scope, caveats]) => ({ scope, caveats, reason: "For a test." }));
  return manifestSchema.parse({ apiVersion: 1, id: "seo-check", name: "n", version: "1.2.3", scopes });
}
