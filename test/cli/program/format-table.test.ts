// Tables for people: columns that line up, and one row a line whatever a cell holds.
import { expect, it } from "vitest";
import { formatTable } from "../../../cli/program/format-table.ts";

it("pads columns to their widest cell", () => {
  expect(
    formatTable(
      ["ID", "LABEL"],
      [
        ["a", "first"],
        ["long-id", "x"],
      ],
      "none",
    ),
  ).toBe("ID       LABEL\na        first\nlong-id  x");
});

it("keeps a cell with line breaks on its line: it could pass for a row of its own", () => {
  expect(formatTable(["ID", "LABEL"], [["a", "x\nb  operator"]], "none")).toBe("ID  LABEL\na   x b operator");
});

it("says that there is nothing", () => {
  expect(formatTable(["ID"], [], "no rows")).toBe("no rows");
});
