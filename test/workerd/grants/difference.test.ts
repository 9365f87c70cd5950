import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalCaveats } from "../../../contracts/caveats.ts";
import type { Difference } from "../../../contracts/consent.ts";
import type { Authority } from "../../../contracts/grant.ts";
import { SCOPES, type Scope } from "../../../contracts/scopes.ts";
import { attenuate, differenceOf, isWithinAuthority } from "../../../services/grants/index.ts";
import { authorities, coversEveryCaveat, narrowings, respellCaveats } from "./authorities.ts";

const runs = { numRuns: 1000 };

function authority(...entries: readonly (readonly [Scope, object])[]): Authority {
  return new Map(entries);
}

/** The only text of a difference of one change. */
function wordsOf(before: Authority, after: Authority): string {
  const changes = changesIn(differenceOf(before, after));
  expect(changes).toHaveLength(1);
  return changes[0]?.text ?? "";
}

function changesIn({ added, removed, widened, narrowed }: Difference) {
  return [...added, ...removed, ...widened, ...narrowed];
}

describe("differenceOf, in words", () => {
  it("says what is new, with its caveats", () => {
    expect(
      wordsOf(authority(), authority(["read:pages", { collections: ["posts"], fields: ["title"] }])),
    ).toBe(
      "new: This plugin can read published pages in posts, and the page being published, only the fields title.",
    );
  });

  it("says what goes, as it was", () => {
    expect(wordsOf(authority(["write:kv", { keyPrefix: "a:" }]), authority())).toBe(
      'no longer: This plugin can keep small values of its own, only under keys that start with "a:".',
    );
  });

  it.each([
    [
      "a set that grows",
      "read:pages",
      { collections: ["posts"] },
      { collections: ["posts", "pages"] },
      "wider: This plugin can read published pages in pages, posts, and the page being published (before: only in the collections posts).",
    ],
    [
      "a caveat that goes",
      "transform:html",
      { elements: ["p", "a"] },
      {},
      "wider: This plugin can add sanitised markup to public pages, and change their texts, links and images (before: only the elements a, p).",
    ],
    [
      "a caveat that appears",
      "read:pages",
      {},
      { collections: ["posts"] },
      "narrower: This plugin can read published pages in posts, and the page being published (before: in all collections).",
    ],
    [
      "a number that falls",
      "write:kv",
      { maxBytes: 1_000_000 },
      { maxBytes: 1000 },
      "narrower: This plugin can keep small values of its own, at most 1,000 bytes in all (before: at most 1,000,000 bytes in all).",
    ],
    [
      "a rate that appears",
      "hook:onSchedule",
      {},
      { rate: "5/60s" },
      "narrower: This plugin can run in the background, at most 5 times in 60 seconds (before: at any rate).",
    ],
    [
      "what changes both ways, with all that changed and nothing else",
      "read:pages",
      { collections: ["posts"], locales: ["en"] },
      { collections: ["posts"], fields: ["title"] },
      "wider: This plugin can read published pages in posts, and the page being published, only the fields title (before: all fields; only in the locales en).",
    ],
  ] as const)("names %s", (_what, scope, before, after, text) => {
    expect(wordsOf(authority([scope, before]), authority([scope, after]))).toBe(text);
  });
});

describe("differenceOf, as data", () => {
  it("tells each kind apart, and passes over what is equal", () => {
    const before = authority(
      ["write:kv", { maxBytes: 10 }],
      ["read:kv", { keyPrefix: "a" }],
      ["hook:onSearch", {}],
      ["hook:renderHtml", { paths: ["/b", "/a"] }],
    );
    const after = authority(
      ["read:pages", {}],
      ["write:kv", { maxBytes: 20 }],
      ["read:kv", { keyPrefix: "ab" }],
      ["hook:renderHtml", { paths: ["/a", "/a/x", "/b"] }],
    );
    const { added, removed, widened, narrowed, isWider } = differenceOf(before, after);
    expect(added).toMatchObject([{ scope: "read:pages", before: null, after: {} }]);
    expect(removed).toMatchObject([{ scope: "hook:onSearch", before: {}, after: null }]);
    expect(widened).toMatchObject([{ scope: "write:kv", before: { maxBytes: 10 }, after: { maxBytes: 20 } }]);
    expect(narrowed).toMatchObject([
      { scope: "read:kv", before: { keyPrefix: "a" }, after: { keyPrefix: "ab" } },
    ]);
    expect(isWider).toBe(true);
  });

  it("is not wider when things only go or narrow", () => {
    const before = authority(["write:kv", {}], ["read:kv", {}]);
    const { isWider } = differenceOf(before, authority(["write:kv", { maxBytes: 1 }]));
    expect(isWider).toBe(false);
  });

  it("is wider exactly when what comes after is not within what was before", () => {
    // The alphabets of these properties must know every caveat, or they prove less than they say.
    expect(coversEveryCaveat).toBe(true);
    fc.assert(
      fc.property(authorities, authorities, (before, after) => {
        expect(differenceOf(before, after).isWider).toBe(!isWithinAuthority(after, before));
      }),
      runs,
    );
  });

  it("names each scope that is on one side at most once, and is empty for two spellings of one authority", () => {
    fc.assert(
      fc.property(authorities, authorities, (before, after) => {
        const named = changesIn(differenceOf(before, after)).map(({ scope }) => scope);
        expect(new Set(named).size).toBe(named.length);
        for (const scope of SCOPES) {
          if (before.has(scope) !== after.has(scope)) expect(named).toContain(scope);
        }
        const respelled = new Map([...before].map(([scope, caveats]) => [scope, respellCaveats(caveats)]));
        expect(changesIn(differenceOf(before, respelled))).toEqual([]);
      }),
      runs,
    );
  });

  it("turns round with its sides, and shows caveats in their canonical form", () => {
    fc.assert(
      fc.property(authorities, narrowings, (before, narrower) => {
        const after = attenuate(before, narrower);
        const there = differenceOf(before, after);
        const back = differenceOf(after, before);
        const scopesOf = (changes: Difference["added"]) => changes.map(({ scope }) => scope);
        expect([scopesOf(there.added), scopesOf(there.widened)]).toEqual([[], []]);
        expect(scopesOf(back.added)).toEqual(scopesOf(there.removed));
        expect(scopesOf(back.widened)).toEqual(scopesOf(there.narrowed));
        for (const { before: caveats } of there.removed)
          expect(caveats).toEqual(canonicalCaveats(caveats ?? {}));
      }),
      runs,
    );
  });
});
