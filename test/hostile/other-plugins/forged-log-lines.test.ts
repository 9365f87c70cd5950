// A plugin writes log lines that look like another plugin's, like another level's or like the gateway's own.
import { expect, it, vi } from "vitest";
import { ATTACKER, underAttack } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";
import { toldIn } from "../told.ts";

it("writes lines of its own, one each, whoever reads the Worker's log", async () => {
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
    const written = vi.spyOn(console, "log").mockImplementation(() => {});
    const startedAt = new Date().toISOString();
    const report = await target.run();
    const lines = written.mock.calls.map(([line]) => JSON.parse(String(line)) as Record<string, unknown>);
    written.mockRestore();
    expect(lines).toMatchObject([{ log: "plugin", site: target.site.id, plugin: ATTACKER }]);
    expect(report.logs.map(({ level }) => level)).toEqual(["info", "info", "info"]);
    for (const { at } of report.logs) expect(at >= startedAt).toBe(true);
    const { "another plugin": own, ...others } = toldIn(report);
    expect(own).toBe("got undefined");
    for (const answer of Object.values(others)) expect(answer).toMatch(/^INVALID_ARGUMENT: /);
  });
});
