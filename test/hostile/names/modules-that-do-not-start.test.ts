// A plugin's module throws, hangs or is no module at all.
import { expect, it } from "vitest";
import { events } from "../../workerd/site.ts";
import { ATTACKER, openTarget } from "../attack.ts";
import { publishWith } from "./starting.ts";

const whole = "export default { beforePublish() { return true; } };";

it.concurrent("refuses the gate, without its text", async () => {
  const reports = await publishWith({
    "throws at its top": "throw new Error('s3cr3t');",
    "throws what is no error": "throw { toString() { throw new Error('s3cr3t'); } };",
    "has a syntax error": "export default { beforePublish( { s3cr3t",
    "imports what is not there": "import 's3cr3t.js'; export default {};",
    "awaits for ever at its top": "await new Promise(() => {}); export default {};",
    "is empty bytes": " ",
    "is no JavaScript": "<html>s3cr3t</html>",
    "is a script": "with ({}) {} module.exports = {};",
    "fetches at its top": `const s3cr3t = await fetch("https://example.com"); ${whole}`,
    "waits at its top": `await scheduler.wait(10); ${whole}`,
  });
  for (const { outcome, error } of reports) {
    expect([outcome, error?.code]).toEqual(["error", "PLUGIN_ERROR"]);
    expect(error?.message).not.toContain("s3cr3t");
  }
});

it.concurrent("refuses a gate that another plugin allows, and is named", async () => {
  const target = await openTarget({ code: "throw new Error('s3cr3t');" }, { code: whole });
  const { allow, refusedBy, issues } = target.hear(
    await target.site.hooks.beforePublish(events.beforePublish),
  );
  expect({ allow, refusedBy }).toEqual({ allow: false, refusedBy: [ATTACKER] });
  expect(JSON.stringify(issues)).not.toContain("s3cr3t");
  await target.expectUnharmed();
});

it.concurrent("is skipped in a render, and the page is served", async () => {
  const target = await openTarget({ code: "throw 1;", scopes: ["hook:renderHtml"] });
  const { skipped, patch } = target.hear(await target.site.hooks.renderHtml(events.renderHtml));
  expect({ skipped, patch }).toEqual({ skipped: [{ plugin: ATTACKER, code: "PLUGIN_ERROR" }], patch: {} });
  await target.expectUnharmed();
});
