// A source map says where a finding is shown and nothing else, whatever it holds.
// One honest map; each case changes one thing.
import { expect, it } from "vitest";
import type { Finding } from "../../contracts/admission.ts";
import { checkBundle } from "../../services/admission/check-bundle.ts";
import { manifestOf } from "./submission.ts";

const CODE = "export default { async beforePublish() { fetch(); } };";
// The first column of the bundle is line 3, column 5 of the author's file.
const MAP = { version: 3, sources: ["src/plugin.ts"], names: [], mappings: "AAEI" };
const OWN = { file: "plugin.js", line: 1 };

async function findFetch(sourceMap: string): Promise<Finding | undefined> {
  const { findings, verdict } = await checkBundle({
    code: CODE,
    manifest: manifestOf("hook:beforePublish"),
    name: "plugin.js",
    sourceMap,
  });
  expect(verdict).toBe("reject");
  return findings.find(({ rule }) => rule === "no-direct-network");
}

it("shows the author's file, line and column", async () => {
  expect(await findFetch(JSON.stringify(MAP))).toMatchObject({ file: "src/plugin.ts", line: 3, column: 5 });
});

it.each([
  ["is no JSON", "{"],
  ["is no object", "1"],
  ["has mappings of no text", JSON.stringify({ ...MAP, mappings: 1 })],
  ["has no mappings", JSON.stringify({ ...MAP, mappings: "" })],
  ["has no sources", JSON.stringify({ ...MAP, sources: [] })],
  ["has negative lines", JSON.stringify({ ...MAP, mappings: "AADA" })],
  ["is too large to be read", JSON.stringify({ ...MAP, x: "a".repeat(8 * 1_048_576) })],
])("shows the bundle's own place where the map %s", async (_, map) => {
  expect(await findFetch(map)).toMatchObject(OWN);
});

it.each([
  [
    "has sections",
    JSON.stringify({ version: 3, sections: [{ offset: { line: -1, column: -1 }, map: MAP }] }),
  ],
  ["has __proto__ of its own", `{"__proto__":{"sections":[]},${JSON.stringify(MAP).slice(1)}`],
  ["has huge numbers", JSON.stringify({ ...MAP, mappings: "AAgggggggggggggggC" })],
  ["has 8 MB of mappings", JSON.stringify({ ...MAP, mappings: "AAAA,".repeat(1_600_000) })],
  ["has sources that are no texts", JSON.stringify({ ...MAP, sources: [{}, 1, null] })],
])("has a place and a verdict where the map %s", async (_, map) => {
  const found = await findFetch(map);
  expect(found?.line).toBeGreaterThan(0);
  expect(Number.isSafeInteger(found?.column)).toBe(true);
});

it("shows no character of a file's name that a terminal obeys, and no more than its end", async () => {
  const name = `${"a".repeat(1_000_000)}\u001b[31m\u202e.ts`;
  const found = await findFetch(JSON.stringify({ ...MAP, sources: [name] }));
  expect(found?.file).toMatch(/^a{1,200}\ufffd\[31m\ufffd\.ts$/);
});
