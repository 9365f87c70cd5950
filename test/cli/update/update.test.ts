// An update in words and as an exit status: live, held, unchanged, and what each would be.
import { expect, it } from "vitest";
import { toExitStatus } from "../../../cli/update/command.ts";
import { renderUpdate } from "../../../cli/update/render-update.ts";
import type { UpdateReport } from "../../../contracts/consent.ts";
import { plain } from "../stand-in-io.ts";

const REPORT: UpdateReport = {
  plugin: "seo-check",
  from: "1.0.0",
  to: "1.2.0",
  diff: {
    added: [],
    removed: [],
    widened: [{ scope: "read:pages", before: {}, after: {}, text: "wider: This plugin can read." }],
    narrowed: [],
    isWider: true,
  },
  status: "held",
};

function render(changes: Partial<UpdateReport> = {}, dryRun = false): string[] {
  return renderUpdate({ ...REPORT, ...changes }, { site: "demo", dryRun }, plain).split("\n");
}

it("names the difference and the next command where it is held", () => {
  expect(render()).toEqual([
    "held seo-check 1.0.0 → 1.2.0 on demo",
    "  + read:pages wider: This plugin can read.",
    "1.0.0 serves on; next: emgate grant seo-check --site demo",
  ]);
});

it("has no next command for what is live", () => {
  expect(render({ status: "live" })).toEqual([
    "updated seo-check 1.0.0 → 1.2.0 on demo",
    "  + read:pages wider: This plugin can read.",
  ]);
});

it("says what would be, and names no next command, on a dry run", () => {
  expect(render({}, true)[0]).toBe("would be held seo-check 1.0.0 → 1.2.0 on demo");
  expect(render({ status: "live" }, true)[0]).toBe("would be live seo-check 1.0.0 → 1.2.0 on demo");
  expect(render({}, true)).toHaveLength(2);
});

it("says that nothing changes", () => {
  expect(render({ status: "unchanged" })).toEqual(["seo-check@1.2.0 is what runs on demo"]);
});

it.each([
  ["held", 2],
  ["live", 0],
  ["unchanged", 0],
] as const)("ends with the status of %s: %d", (status, exit) => {
  expect(toExitStatus({ status })).toBe(exit);
});
