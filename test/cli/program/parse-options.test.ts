// The text of options: what each means, and that nonsense is wrong usage.
import { InvalidArgumentError } from "commander";
import { expect, it } from "vitest";
import {
  parsePatienceMs,
  parsePort,
  parseScopes,
  parseSetting,
  parseSince,
  parseSpanSeconds,
  splitScopes,
} from "../../../cli/program/parse-options.ts";

it.each([
  ["90s", 90],
  ["15m", 900],
  ["12h", 43_200],
  ["30d", 2_592_000],
  ["2w", 1_209_600],
])("reads %s as %d seconds", (text, seconds) => {
  expect(parseSpanSeconds(text)).toBe(seconds);
});

it.each(["30", "d", "-1d", "1.5h", "0s", "30 d", "30D", ""])("refuses «%s» as a span", (text) => {
  expect(() => parseSpanSeconds(text)).toThrow(InvalidArgumentError);
});

it.each(["0", "65536", "80a", "-1", "", "1e3", " 80"])("refuses «%s» as a port", (text) => {
  expect(() => parsePort(text)).toThrow(InvalidArgumentError);
});

it("reads scopes between spaces and commas, each once", () => {
  expect(parseScopes(" read:pages  write:kv,read:pages ")).toEqual(["read:pages", "write:kv"]);
});

it("refuses a scope that does not exist, and names those that do", () => {
  expect(() => parseScopes("read:everything")).toThrow(/read:everything is not a scope; .*read:pages/);
});

it("lets a run name scopes that do not exist, to warn of them", () => {
  expect(splitScopes("read:pages use:rockets")).toEqual(["read:pages", "use:rockets"]);
});

it.each([
  ["24h", "2026-03-09T12:00:00.000Z"],
  ["7d", "2026-03-03T12:00:00.000Z"],
  ["900000000w", "1970-01-01T00:00:00.000Z"],
  ["2026-01-31", "2026-01-31T00:00:00.000Z"],
  ["2026-01-31T08:00:00Z", "2026-01-31T08:00:00.000Z"],
  ["2026-01-31T08:00:00+02:00", "2026-01-31T06:00:00.000Z"],
])("reads --since %s as %s", (text, time) => {
  expect(parseSince(text, Date.parse("2026-03-10T12:00:00Z"))).toBe(time);
});

it.each(["24", "24x", "yesterday", "2026-02-30", "31.1.2026", ""])("refuses «%s» as --since", (text) => {
  expect(() => parseSince(text, 0)).toThrow(InvalidArgumentError);
});

it("splits a setting at its first =, and takes an empty value", () => {
  expect(parseSetting("query=a=b")).toEqual(["query", "a=b"]);
  expect(parseSetting("title=")).toEqual(["title", ""]);
});

it.each(["title", "=20", ""])("refuses «%s» as a setting", (text) => {
  expect(() => parseSetting(text)).toThrow(/expected name=value/);
});

it("takes a patience of half a second to ten minutes", () => {
  expect(["500", "600000"].map(parsePatienceMs)).toEqual([500, 600_000]);
  for (const text of ["499", "600001", "1e3", "-1", "", "1.5"]) {
    expect(() => parsePatienceMs(text)).toThrow(InvalidArgumentError);
  }
});
