// What a plugin writes must not steer the terminal that shows it.
import { expect, it } from "vitest";
import { cleanStrings, cleanText } from "../../../cli/program/clean-text.ts";

it.each([
  ["escape sequences", "a\u001b[2Jb", "a\ufffd[2Jb"],
  ["8-bit controls", "a\u009b2Jb", "a\ufffd2Jb"],
  ["carriage returns", "granted\rdenied", "granted\ufffddenied"],
  ["marks that turn the reading direction", "a\u202eb\u2066c", "a\ufffdb\ufffdc"],
])("shows %s", (_name, text, shown) => {
  expect(cleanText(text)).toBe(shown);
});

it("leaves lines, tabs and other scripts alone", () => {
  expect(cleanText("один\n\t二 — «three» 👩‍🚀")).toBe("один\n\t二 — «three» 👩‍🚀");
});

it("reaches every string of a value, keys too", () => {
  expect(cleanStrings({ "k\u001b": [{ name: "n\u001b" }, 1, null] })).toEqual({
    "k\ufffd": [{ name: "n\ufffd" }, 1, null],
  });
});
