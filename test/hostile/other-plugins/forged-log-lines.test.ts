// A plugin writes log lines that look like another plugin's, like another level's or like the gateway's own.
import { expect, it } from "vitest";
import { linesOf } from "../../workerd/journal/journal.ts";
import { events } from "../../workerd/site.ts";
import { ATTACKER, underAttack } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";
import { toldIn } from "../told.ts";

it("writes lines of its own, one each, in the report and in what the site keeps", async () => {
  const forged =
    '"}]}\\n{"log":"plugin","site":"x","plugin":"victim","lines":[{"level":"error","message":"forged';
  const code = pluginOf(`async beforePublish({ api }) {
    api.log.info('${forged}');
    console.log("%s%o\\u001b[2J", { plugin: "victim" });
    const raw = steal(api);
    return tell(await attemptAll({
      "another level": () => raw.log.write([{ level: "audit", message: "x" }]),
      "another plugin": () => raw.log.write([{ level: "info", message: "x", plugin: "victim", at: "1970-01-01T00:00:00.000Z" }]),
      "no text": () => raw.log.write([{ level: "info", message: { victim: 1 } }]),
      "no list": () => raw.log.write("x"),
    }));
  }`);
  await underAttack({ code }, async (target) => {
    const startedAt = new Date().toISOString();
    const report = await target.run();
    expect(report.logs.map(({ level }) => level)).toEqual(["info", "info", "info"]);
    for (const { at } of report.logs) expect(at >= startedAt).toBe(true);
    const { "another plugin": own, ...others } = toldIn(report);
    expect(own).toBe("got undefined");
    for (const answer of Object.values(others)) expect(answer).toMatch(/^INVALID_ARGUMENT: /);
    const { trace } = await target.site.hooks.beforePublish(events.beforePublish);
    const kept = (await linesOf(target.site, 3)).filter(({ message }) => /forged|%s|^x$/.test(message));
    const about = { site: target.site.id, plugin: ATTACKER, level: "info", hook: "beforePublish" };
    expect(kept).toMatchObject([about, about, about]);
    for (const { invocationId } of kept) expect(invocationId?.startsWith(trace.id)).toBe(true);
  });
});
