// `--caveat`: every caveat in its own type, and a mistake answered with what was expected.
import { InvalidArgumentError } from "commander";
import { expect, it } from "vitest";
import { collectCaveat } from "../../../cli/program/parse-caveats.ts";

it.each([
  ["collections", "read:pages collections=posts,pages", { collections: ["posts", "pages"] }],
  ["fields", "read:pages fields=title", { fields: ["title"] }],
  ["locales", "read:pages locales=en,pt-BR", { locales: ["en", "pt-BR"] }],
  ["keyPrefix", "read:kv keyPrefix=a, b/", { keyPrefix: "a, b/" }],
  ["maxBytes", "write:kv maxBytes=1048576", { maxBytes: 1_048_576 }],
  ["elements", "transform:html elements=p,em", { elements: ["p", "em"] }],
  ["paths", "hook:renderHtml paths=/blog,/about", { paths: ["/blog", "/about"] }],
  ["rate", "hook:onSchedule rate=10/60s", { rate: "10/60s" }],
])("reads %s", (_name, text, caveats) => {
  const scope = text.split(" ", 1)[0] ?? "";
  expect(collectCaveat(text)).toEqual({ [scope]: caveats });
});

it("reads several of one scope, with spaces after commas", () => {
  expect(collectCaveat("read:pages collections=posts, pages  fields=title")).toEqual({
    "read:pages": { collections: ["posts", "pages"], fields: ["title"] },
  });
});

it("adds a second option to the first, for the same scope and for another", () => {
  const first = collectCaveat("write:kv keyPrefix=a/");
  const second = collectCaveat("write:kv maxBytes=10", first);
  expect(collectCaveat("read:pages locales=en", second)).toEqual({
    "write:kv": { keyPrefix: "a/", maxBytes: 10 },
    "read:pages": { locales: ["en"] },
  });
});

it.each([
  ["no caveat", "read:pages", /expected a scope and its caveats/],
  ["no scope that there is", "read:everything collections=posts", /expected a scope and its caveats/],
  ["no value", "read:pages collections", /expected name=value/],
  ["an empty set", "read:pages collections=", /expected collections=posts,pages/],
  ["an empty item", "read:pages fields=title,,body", /expected fields=title,excerpt/],
  ["a caveat that does not exist", "read:pages colour=red", /read:pages does not take colour; it takes coll/],
  [
    "another scope's caveat",
    "write:kv collections=posts",
    /write:kv does not take collections; it takes key/,
  ],
  [
    "a scope that takes none",
    "hook:onSearch paths=/a",
    /hook:onSearch does not take paths; it takes no caveat/,
  ],
  [
    "a size with a unit",
    "write:kv maxBytes=10kB",
    /expected maxBytes=1048576 or the like, not maxBytes=10kB/,
  ],
  ["no bytes", "write:kv maxBytes=0", /expected maxBytes/],
  ["another period", "hook:onSchedule rate=10/1h", /expected rate=10\/60s/],
  ["a path that climbs", "hook:renderHtml paths=/a/../b", /expected paths=\/blog/],
])("refuses %s", (_name, text, message) => {
  expect(() => collectCaveat(text)).toThrow(InvalidArgumentError);
  expect(() => collectCaveat(text)).toThrow(message);
});
