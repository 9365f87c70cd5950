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
  reason: "this site asks an admin before each update",
};

function render(changes: Partial<UpdateReport> = {}, dryRun = false): string[] {
  return renderUpdate({ ...REPORT, ...changes }, { site: "demo", dryRun }, plain).split("\n");
}

it("says why it is held, with the difference and the next command", () => {
  expect(render()).toEqual([
    "held seo-check 1.0.0 → 1.2.0 on demo: this site asks an admin before each update",
    "  + read:pages wider: This plugin can read.",
    "next: emgate grant seo-check --site demo",
  ]);
});

it("has no next command for what is live", () => {
  expect(render({ status: "live", reason: "it asks for nothing more" })).toEqual([
    "updated seo-check 1.0.0 → 1.2.0 on demo: it asks for nothing more",
    "  + read:pages wider: This plugin can read.",
  ]);
});

it("says what would be, and names no next command, on a dry run", () => {
  const reason = "so it is";
  expect(render({ reason }, true)[0]).toBe("would be held seo-check 1.0.0 → 1.2.0 on demo: so it is");
  expect(render({ reason, status: "live" }, true)[0]).toBe(
    "would be live seo-check 1.0.0 → 1.2.0 on demo: so it is",
  );
  expect(render({}, true)).toHaveLength(2);
});

it("says that nothing changes", () => {
  const reason = "it is the version that is installed";
  expect(render({ status: "unchanged", reason })).toEqual([
    "unchanged seo-check@1.2.0 on demo: it is the version that is installed",
  ]);
});

it.each([
  ["held", 2],
  ["live", 0],
  ["unchanged", 0],
] as const)("ends with the status of %s: %d", (status, exit) => {
  expect(toExitStatus({ status })).toBe(exit);
});
