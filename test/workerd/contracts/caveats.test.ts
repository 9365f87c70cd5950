// The algebra of caveats: narrowing is never wider, and says the same of one meaning however it is spelled.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Caveats,
  canonicalCaveats,
  caveatsSchema,
  coversCollection,
  coversLocale,
  coversPath,
  intersectCaveats,
  isWithinCaveats,
  runsOf,
} from "../../../contracts/caveats.ts";
import { canonicalJson } from "../../../contracts/json.ts";

/** Few values, so that equal and nested ones come up often. */
const setOf = (...items: string[]) => fc.array(fc.constantFrom(...items), { minLength: 1, maxLength: 4 });
const segments = fc.array(fc.constantFrom("a", "b", "ab", "%61", ""), { maxLength: 3 });
const paths = segments.map((parts) => `/${parts.join("/")}`);

const caveats: fc.Arbitrary<Caveats> = fc.record(
  {
    collections: setOf("posts", "pages", "recipes"),
    fields: setOf("title", "html", "fields", "price"),
    locales: setOf("en", "en-GB", "de"),
    keyPrefix: fc.string({ unit: fc.constantFrom("a", "b", "/", "é", "😀"), minLength: 1, maxLength: 4 }),
    maxBytes: fc.integer({ min: 1, max: 4 }),
    elements: setOf("p", "meta", "script"),
    paths: fc.array(paths, { minLength: 1, maxLength: 4 }),
    rate: fc.integer({ min: 1, max: 12 }).map((runs) => `${runs}/60s`),
  },
  { requiredKeys: [] },
);

/** One thing that a plugin could ask for under all caveats at once. */
const asked = fc.record({
  collection: fc.constantFrom("posts", "pages", "recipes", "other"),
  field: fc.constantFrom("title", "html", "fields", "price", "other"),
  locale: fc.constantFrom("en", "en-GB", "de", "fr"),
  key: fc.string({ unit: fc.constantFrom("a", "b", "/", "é", "😀"), maxLength: 6 }),
  bytes: fc.integer({ min: 0, max: 5 }),
  element: fc.constantFrom("p", "meta", "script", "i"),
  path: fc
    .tuple(paths, fc.constantFrom("", "/", "/x", "x", "?q=/b", "/..", "/%2e%2E/b"))
    .map((parts) => parts.join("")),
  runs: fc.integer({ min: 1, max: 13 }),
});
type Asked = typeof asked extends fc.Arbitrary<infer T> ? T : never;

/** What each caveat lets through, by its name. */
function allows(given: Caveats, ask: Asked): Record<string, boolean> {
  const { fields, keyPrefix = "", maxBytes, elements, rate } = given;
  return {
    collections: coversCollection(given, ask.collection),
    fields: fields === undefined || fields.includes(ask.field),
    locales: coversLocale(given, ask.locale),
    keyPrefix: ask.key.startsWith(keyPrefix),
    maxBytes: maxBytes === undefined || ask.bytes <= maxBytes,
    elements: elements === undefined || elements.includes(ask.element),
    paths: coversPath(given, ask.path),
    rate: rate === undefined || ask.runs <= runsOf(rate),
  };
}

const spell = (given: Caveats | null) => canonicalJson(given && canonicalCaveats(given));

describe("intersectCaveats", () => {
  it("is within both", () => {
    fc.assert(
      fc.property(caveats, caveats, (a, b) => {
        const both = intersectCaveats(a, b);
        if (both === null) return;
        expect(isWithinCaveats(both, a)).toBe(true);
        expect(isWithinCaveats(both, b)).toBe(true);
      }),
    );
  });

  it("allows exactly what both allow, and is null only where nothing is left of one caveat", () => {
    fc.assert(
      fc.property(caveats, caveats, asked, (a, b, ask) => {
        const both = intersectCaveats(a, b);
        const [left, right] = [allows(a, ask), allows(b, ask)];
        const expected = Object.fromEntries(
          Object.keys(left).map((name) => [name, left[name] === true && right[name] === true]),
        );
        if (both !== null) expect(allows(both, ask)).toEqual(expected);
        else expect(Object.values(expected)).toContain(false);
      }),
      { numRuns: 1000 },
    );
  });

  it("does not depend on the order, and changes nothing when repeated", () => {
    fc.assert(
      fc.property(caveats, caveats, (a, b) => {
        expect(spell(intersectCaveats(a, b))).toBe(spell(intersectCaveats(b, a)));
        expect(spell(intersectCaveats(a, a))).toBe(spell(a));
        const both = intersectCaveats(a, b);
        if (both !== null) expect(spell(intersectCaveats(both, b))).toBe(spell(both));
      }),
    );
  });

  it("gives no more for less: narrower caveats meet in narrower ones", () => {
    fc.assert(
      fc.property(caveats, caveats, caveats, (wide, other, narrowing) => {
        const narrow = intersectCaveats(wide, narrowing);
        if (narrow === null) return;
        const met = intersectCaveats(narrow, other);
        if (met === null) return;
        const widely = intersectCaveats(wide, other);
        expect(widely).not.toBeNull();
        expect(isWithinCaveats(met, widely as Caveats)).toBe(true);
      }),
    );
  });
});

describe("isWithinCaveats", () => {
  it("holds of the same caveats, and of anything within none", () => {
    fc.assert(
      fc.property(caveats, (a) => {
        expect(isWithinCaveats(a, a)).toBe(true);
        expect(isWithinCaveats(a, {})).toBe(true);
        expect(isWithinCaveats({}, a)).toBe(Object.keys(a).length === 0);
      }),
    );
  });

  it("is passed on: what is within the narrower is within the wider", () => {
    fc.assert(
      fc.property(caveats, caveats, caveats, (a, b, c) => {
        const ab = intersectCaveats(a, b);
        const abc = ab && intersectCaveats(ab, c);
        // Spelled otherwise, so that it does not rest on equal objects.
        if (ab !== null && abc !== null) expect(isWithinCaveats(canonicalCaveats(abc), a)).toBe(true);
        if (isWithinCaveats(a, b) && isWithinCaveats(b, c)) expect(isWithinCaveats(a, c)).toBe(true);
      }),
    );
  });

  it("agrees with what is enforced: what the inner lets through the outer does too", () => {
    fc.assert(
      fc.property(caveats, caveats, asked, (a, b, ask) => {
        const inner = intersectCaveats(a, b);
        for (const [narrow, wide] of [[inner, a] as const, [a, b] as const, [b, a] as const]) {
          if (narrow === null || !isWithinCaveats(narrow, wide)) continue;
          const [within, outside] = [allows(narrow, ask), allows(wide, ask)];
          for (const name of Object.keys(within)) if (within[name]) expect(outside[name], name).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it.each<[string, Caveats, Caveats]>([
    ["no caveat is wider than one", {}, { collections: ["posts"] }],
    ["a further collection", { collections: ["posts", "pages"] }, { collections: ["posts"] }],
    ["a shorter key prefix", { keyPrefix: "a" }, { keyPrefix: "a/" }],
    ["another key prefix", { keyPrefix: "b/" }, { keyPrefix: "a/" }],
    ["a path that begins alike", { paths: ["/blogger"] }, { paths: ["/blog"] }],
    ["one path of two", { paths: ["/blog", "/about"] }, { paths: ["/blog"] }],
    ["a faster rate, though its text sorts first", { rate: "10/60s" }, { rate: "9/60s" }],
    ["more bytes", { maxBytes: 11 }, { maxBytes: 10 }],
  ])("does not hold: %s", (_why, inner, outer) => {
    expect(isWithinCaveats(inner, outer)).toBe(false);
  });
});

describe("canonicalCaveats", () => {
  it("is one spelling: repeated it is the same, and it means the same", () => {
    fc.assert(
      fc.property(caveats, asked, (a, ask) => {
        const canonical = canonicalCaveats(a);
        expect(canonicalCaveats(canonical)).toEqual(canonical);
        expect(allows(canonical, ask)).toEqual(allows(a, ask));
        expect(isWithinCaveats(a, canonical) && isWithinCaveats(canonical, a)).toBe(true);
        expect(caveatsSchema.parse(canonical)).toEqual(canonical);
      }),
    );
  });

  it("is the same text for caveats that are within each other, and another for others", () => {
    fc.assert(
      fc.property(caveats, caveats, (a, b) => {
        const isSame = isWithinCaveats(a, b) && isWithinCaveats(b, a);
        expect(spell(a) === spell(b)).toBe(isSame);
      }),
      { numRuns: 1000 },
    );
  });

  it("is the same text in whatever order, and however often, a set names its items", () => {
    fc.assert(
      fc.property(caveats, (a) => {
        const shuffled = Object.fromEntries(
          Object.entries(a).map(([name, value]) => [
            name,
            Array.isArray(value) ? [...value, ...value].reverse() : value,
          ]),
        );
        expect(spell(shuffled)).toBe(spell(a));
      }),
    );
  });
});

describe("coversPath", () => {
  const blog = { paths: ["/blog"] };

  it.each(["/blog", "/blog/", "/blog/post", "/blog/a/b", "/blog?x=/../y", "/blog#../x", "/blog/..."])(
    "covers %s under /blog",
    (path) => {
      expect(coversPath(blog, path)).toBe(true);
    },
  );

  it.each([
    "",
    "/",
    "blog",
    "//blog",
    "/Blog",
    "/blogger",
    "/blog%2fpost",
    "/%62log",
    "/blog\\post",
    "/blog/..",
    "/blog/../admin",
    "/blog/./../admin",
    "/blog/%2e%2e/admin",
    "/blog/.%2E/admin",
    "/blog/%252e%252e/admin",
    "/blog/..\\admin",
    "/blog/..%2fadmin",
    "/blog/..%5Cadmin",
    "/blog/..%252fadmin",
    "/blog/.\t./admin",
    "/blog/.\r\n./admin",
    "/blog/.",
    "/blog/..?x",
  ])("does not cover %j", (path) => {
    expect(coversPath(blog, path)).toBe(false);
  });

  it("covers no path that a URL parser would resolve to one outside", () => {
    const piece = fc.constantFrom("blog", "a", ".", "..", "%2e", "%2E.", "/", "\\", "\t", "\n", "%2f", "x");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const path = `/blog/${pieces.join("")}`;
        if (!coversPath(blog, path)) return;
        expect(coversPath(blog, new URL(path, "https://site.example").pathname)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("caveatsSchema", () => {
  it.each([
    [{ hosts: ["a.example"] }],
    [{ collections: [] }],
    [{ collections: "posts" }],
    [{ locales: ["en_GB"] }],
    [{ fields: ["__proto__"] }],
    [{ keyPrefix: "" }],
    [{ keyPrefix: "a\ud800" }],
    [{ keyPrefix: "x".repeat(129) }],
    [{ maxBytes: 0 }],
    [{ maxBytes: 1.5 }],
    [{ maxBytes: Number.POSITIVE_INFINITY }],
    [{ elements: ["P"] }],
    [{ elements: ["p, script"] }],
    [{ elements: ["*"] }],
    [{ paths: ["blog"] }],
    [{ paths: ["/blog?x"] }],
    [{ paths: ["/blog/.."] }],
    [{ paths: ["/blog/%2e%2e/x"] }],
    [{ rate: "0/60s" }],
    [{ rate: "010/60s" }],
    [{ rate: "10/1s" }],
    [{ rate: 10 }],
  ])("refuses %j", (wrong) => {
    expect(caveatsSchema.safeParse(wrong).success).toBe(false);
  });
});
