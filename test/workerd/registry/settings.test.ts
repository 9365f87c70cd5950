import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../contracts/json.ts";
import { MAX_SETTINGS_BYTES } from "../../../contracts/limits.ts";
import { effectiveSettings } from "../../../contracts/manifest.ts";
import { parseSettings } from "../../../services/registry/index.ts";
import { makeManifest } from "./fixture.ts";

const properties: JsonObject = {
  speed: { type: "integer", minimum: 50, maximum: 1000, default: 230 },
  handle: { type: "string", pattern: "^@[A-Za-z0-9_]{1,15}$" },
  tags: { type: "array", items: { type: "string" }, uniqueItems: true },
  mode: { type: ["string", "null"], default: "plain" },
};
const manifest = manifestWith(properties);

function manifestWith(ofThese: JsonObject, keywords: JsonObject = { additionalProperties: false }) {
  return makeManifest(undefined, { settings: { type: "object", properties: ofThese, ...keywords } });
}

/** Sets `value` under a schema that a hostile author wrote. */
const setUnder = (schema: JsonObject, value: JsonObject[string]) => () =>
  parseSettings(manifestWith({ it: schema }), {}, { it: value });

describe("parseSettings", () => {
  it("adds changes to what is set, without the defaults", () => {
    expect(parseSettings(manifest, { speed: 300 }, { handle: "@example" })).toEqual({
      speed: 300,
      handle: "@example",
    });
  });

  it("takes a setting back to its default for null", () => {
    expect(parseSettings(manifest, { speed: 300, tags: [] }, { speed: null })).toEqual({ tags: [] });
  });

  it("lets go of what an earlier version of the plugin knew", () => {
    expect(parseSettings(manifest, { forgotten: true, speed: 300 }, {})).toEqual({ speed: 300 });
  });

  it.each([
    ["a number too large", { speed: 1001 }, "settings.speed: Too big: expected number to be <=1000"],
    ["another type", { speed: "fast" }, "settings.speed: Invalid input: expected number, received string"],
    ["text that its pattern refuses", { handle: "example" }, "settings.handle: Invalid string"],
    ["an item of another type", { tags: ["a", 1] }, "settings.tags.1: Invalid input: expected string"],
    ["an item twice", { tags: ["a", "a"] }, "settings.tags.1: Array items must be unique"],
    [
      "none of several types",
      { mode: 7 },
      "settings.mode: Invalid input: expected string, received number, or",
    ],
    ["a name that the schema does not know", { sped: 1 }, "settings.sped: expected one of speed, handle"],
    [
      "the name of a prototype",
      JSON.parse('{"__proto__":{"speed":1}}'),
      "settings.__proto__: expected one of",
    ],
  ])("refuses %s, naming the setting", (_what, changes, message) => {
    const attempt = () => parseSettings(manifest, {}, changes);
    expect(attempt).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
    expect(attempt).toThrow(message);
  });

  it("refuses any name for a plugin without settings", () => {
    expect(() => parseSettings(makeManifest(), {}, { speed: 1 })).toThrow(
      "settings.speed: expected no settings",
    );
    expect(parseSettings(makeManifest(), {}, {})).toEqual({});
  });

  it("asks for a required setting that has no default", () => {
    const needy = manifestWith(properties, { required: ["handle"] });
    expect(() => parseSettings(needy, {}, { speed: 60 })).toThrow("settings.handle: Invalid input");
    expect(parseSettings(needy, {}, { handle: "@a" })).toEqual({ handle: "@a" });
  });

  it("checks properties where the schema names no type", () => {
    const untyped = makeManifest(undefined, { settings: { properties } });
    expect(() => parseSettings(untyped, {}, { speed: "fast" })).toThrow("settings.speed");
  });

  it("refuses more than 16 KiB, the defaults included", () => {
    const long = manifestWith({ a: { type: "string" }, b: { type: "string", default: "b".repeat(1000) } });
    const fits = "a".repeat(MAX_SETTINGS_BYTES - 1000 - '{"a":"","b":""}'.length);
    expect(parseSettings(long, {}, { a: fits })).toEqual({ a: fits });
    expect(() => parseSettings(long, {}, { a: `${fits}a` })).toThrow(
      expect.objectContaining({ code: "PAYLOAD_TOO_LARGE" }),
    );
  });
});

describe("parseSettings, against a hostile schema", () => {
  const nested = (depth: number): JsonObject =>
    depth === 0 ? { type: "string" } : { type: ["object", "object"], properties: { a: nested(depth - 1) } };

  it.each<[string, JsonObject, JsonObject[string], string]>([
    ["an expression of groups that repeat", { type: "string", pattern: "^(a+)+$" }, "a", "has a pattern"],
    ["one that starts anywhere", { type: "string", pattern: "a*b" }, "a", "has a pattern"],
    ["one with two repetitions", { type: "string", pattern: "^a*a*b" }, "a", "has a pattern"],
    ["one with alternatives", { type: "string", pattern: "^a|b" }, "a", "has a pattern"],
    ["one with a back-reference", { type: "string", pattern: "^[a]\\1" }, "a", "has a pattern"],
    ["one with counts after a repetition", { type: "string", pattern: "^a*a{99}" }, "a", "has a pattern"],
    [
      "one inside of a list",
      { type: "array", items: { anyOf: [{ pattern: "(a|a)*" }] } },
      [],
      "has a pattern",
    ],
    ["one for names", { type: "object", propertyNames: { pattern: "(a|a)*" } }, {}, "has a pattern"],
    [
      "expressions for names",
      { type: "object", patternProperties: { "(a|a)*": {} } },
      {},
      "patternProperties",
    ],
    ["a reference to itself", { $ref: "#" }, "a", "has a $ref"],
    ["a type named twice at each level", nested(20), {}, "names a type twice"],
    ["what the library does not know", { type: "string", if: {} }, "a", "cannot be read"],
    ["an expression that is none", { type: "string", pattern: "^[z-a]" }, "a", "cannot be read"],
    ["a schema that is none", { type: "array", items: "text" }, [], "cannot be read"],
    [
      "a choice by the thousand for a long list",
      { type: "array", items: { anyOf: Array(1000).fill({ type: "null" }) } },
      Array(1000).fill(1),
      "too large",
    ],
    [
      "expressions by the dozen",
      { anyOf: Array(21).fill({ type: "string", pattern: "^a*b" }) },
      "a",
      "too large",
    ],
  ])("refuses %s", (_what, schema, value, message) => {
    expect(setUnder(schema, value)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
    expect(setUnder(schema, value)).toThrow(message);
  });

  it("says no more than a person reads, whatever the author wrote", () => {
    const wordy = { [`${"x".repeat(5000)}`]: { $ref: "#" } };
    try {
      parseSettings(manifestWith(wordy), {}, {});
      expect.fail("the schema was taken");
    } catch (error) {
      expect(String(error).length).toBeLessThan(400);
    }
  });

  it("takes properties by the names of keywords", () => {
    const named = manifestWith({ $ref: { type: "string" }, pattern: { type: "string" } });
    expect(parseSettings(named, {}, { pattern: "(a+)+", $ref: "#" })).toEqual({
      pattern: "(a+)+",
      $ref: "#",
    });
  });

  it.each(["^#[0-9a-f]{6}$", "^G-[A-Z0-9]+$", "^\\d{1,3}%$", "^[^\\]]*?$", "^https://"])(
    "takes the expression %s",
    (pattern) => {
      expect(setUnder({ anyOf: [{ type: "string", pattern }, { type: "string" }] }, "a")()).toEqual({
        it: "a",
      });
    },
  );
});

describe("effectiveSettings", () => {
  it("lays what is set over the defaults, and shows nothing that this version does not know", () => {
    expect(effectiveSettings(manifest, { speed: 300, forgotten: true })).toEqual({
      speed: 300,
      mode: "plain",
    });
    expect(effectiveSettings(makeManifest(), { speed: 300 })).toEqual({});
  });
});
