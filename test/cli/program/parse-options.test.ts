// The text of options: what each means, and that nonsense is wrong usage.
import { InvalidArgumentError } from "commander";
import { expect, it } from "vitest";
import {
  collectCaveat,
  parsePort,
  parseScopes,
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

it("collects caveats by scope", () => {
  const first = collectCaveat("read:pages collections=posts,pages");
  expect(collectCaveat("hook:beforePublish collections=posts", first)).toEqual({
    "read:pages": { collections: ["posts", "pages"] },
    "hook:beforePublish": { collections: ["posts"] },
  });
});

it.each([
  "read:pages",
  "read:everything collections=posts",
  "read:pages colour=red",
  "write:kv collections=posts",
  "read:pages collections=",
  "read:pages collections",
])("refuses the caveat «%s»", (text) => {
  expect(() => collectCaveat(text)).toThrow(InvalidArgumentError);
});
