// Settings from the command line: typed where the text is JSON, taken back by name.
import { expect, it } from "vitest";
import { UsageError } from "../../../cli/program/usage-error.ts";
import { readChanges } from "../../../cli/settings/read-changes.ts";

it("reads JSON where it is JSON, else text", () => {
  const texts = [
    ["size", "20"],
    ["strict", "true"],
    ["words", '["a"]'],
    ["title", "A title"],
    ["empty", ""],
    ["quoted", '"20"'],
  ] as const;
  expect(readChanges(texts, [])).toEqual({
    size: 20,
    strict: true,
    words: ["a"],
    title: "A title",
    empty: "",
    quoted: "20",
  });
});

it("takes back what is unset", () => {
  expect(readChanges([["size", "1"]], ["title"])).toEqual({ size: 1, title: null });
});

it.each<[string, [string, string][], string[]]>([
  ["nothing", [], []],
  [
    "a name given twice",
    [
      ["size", "1"],
      ["size", "2"],
    ],
    [],
  ],
  ["a name both set and unset", [["size", "1"]], ["size"]],
])("refuses %s", (_name, texts, unset) => {
  expect(() => readChanges(texts, unset)).toThrow(UsageError);
});
