// A plugin matches texts that a regular expression backtracks over, for some hundred milliseconds.
import { expect, it } from "vitest";
import { events } from "../../workerd/site.ts";
import { openTarget } from "../attack.ts";

it("costs time, and ends as what it is", async () => {
  // Each letter more takes twice as long; it stops by itself once it has cost enough.
  const code = `async beforePublish() {
    const startedMs = Date.now();
    let letters = 12;
    while (Date.now() - startedMs < 100 && letters < 40) { letters += 1; /^(a+)+$/.test("a".repeat(letters) + "!"); }
    return say(letters);
  }`;
  const target = await openTarget({ code });
  const [slow, others] = await Promise.all([target.ask(), target.site.hooks.onSearch(events.onSearch)]);
  expect(slow).toBeGreaterThan(12);
  expect(others.hidden).toEqual(["posts:b"]);
  await target.expectUnharmed();
});
