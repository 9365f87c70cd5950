// A plugin without read:pages looks for the page in everything that it is handed, in every hook.
import { expect, it } from "vitest";
import { HOOKS } from "../../../contracts/hooks.ts";
import { events, page } from "../../workerd/site.ts";
import { openTarget } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";

const code = pluginOf(
  HOOKS.map(
    (hook) => `async ${hook}(given) {
      const { data, context } = given;
      api_log(given.api, JSON.stringify([data, context, Object.keys(given)]));
      return ${hook === "beforePublish" ? "true" : "undefined"};
    }`,
  ).join(","),
  "const api_log = (api, text) => { for (let at = 0; at < text.length; at += 1500) api.log.info(text.slice(at, at + 1500)); };",
);

it("is handed ids, and of settings its own", async () => {
  const target = await openTarget({
    code,
    scopes: HOOKS.map((hook) => `hook:${hook}` as const),
    manifest: {
      settings: { type: "object", properties: { mine: { type: "string", default: "of the attacker" } } },
    },
  });
  for (const hook of HOOKS) {
    const { outcome, logs } = await target.run("word", hook);
    expect(outcome).toBe("ok");
    const seen = logs.map(({ message }) => message).join("");
    expect(seen).toContain(`"hook":"${hook}"`);
    for (const text of [page.title, page.excerpt, page.html, page.fields, page.authors[0]]) {
      expect(seen).not.toContain(typeof text === "string" ? text : JSON.stringify(text));
    }
    expect(seen).not.toMatch(/victim|bystander|"missing"|eyJ/);
  }
  expect(Object.keys(events)).toHaveLength(HOOKS.length);
  await target.expectUnharmed();
});
