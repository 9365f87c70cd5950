// docs/permissions.md says what contracts/ says.
import { expect, test } from "vitest";
import { readPermissionsDoc, renderPermissionsDoc } from "./permissions-doc.ts";

test("the tables of docs/permissions.md are those of contracts/", () => {
  const page = readPermissionsDoc();
  expect(page === renderPermissionsDoc(page), "docs/permissions.md is behind: run `npm run docs`").toBe(true);
});

test("a page without the marks is refused, not overwritten", () => {
  expect(() => renderPermissionsDoc("# Permissions\n")).toThrow("expected the marks");
});
