// A plugin goes on with cursors of page lists that it made up: with drafts, with SQL, with dates, of other collections.
import { expect, it } from "vitest";
import { attack } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";

const CURSORS = [
  "",
  "1",
  "0,0",
  "9999-12-31T23:59:59.999Z,0",
  "9999-12-31T23:59:59.999Z|0",
  "' OR 1=1 --",
  "1; DROP TABLE pages",
  "\u0000",
  "\ud800",
  "posts:secret",
  JSON.stringify({ drafts: true }),
  JSON.stringify(["9999-12-31", 0]),
  btoa(JSON.stringify({ listedAt: "9999-12-31", seq: 0, drafts: true })),
  btoa(JSON.stringify(["9999-12-31T00:00:00.000Z", 0])),
  btoa("9999-12-31T00:00:00.000Z 0"),
  "x".repeat(8_000),
];

it("finds no draft by any, and those that are none are refused", async () => {
  const code = pluginOf(`async beforePublish({ api }) {
    const answers = {};
    for (const [index, cursor] of ${JSON.stringify(CURSORS)}.entries())
      answers["cursor " + index] = await attempt(async () => (await api.pages.list({ cursor })).pages.map(({ id }) => id));
    return tell(answers);
  }`);
  const { told } = await attack(
    { code, scopes: ["hook:beforePublish", "read:pages"] },
    { refused: ["pages.read.list"] },
  );
  expect(Object.keys(told)).toHaveLength(CURSORS.length);
  for (const answer of Object.values(told)) expect(answer).toMatch(/^(got \[\]|INVALID_ARGUMENT: )/);
});
