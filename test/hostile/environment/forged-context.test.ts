// A plugin teaches the shell to name another site, plugin, version and more scopes than were granted.
import { expect, it } from "vitest";
import { underAttack } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";
import { refusedIn, toldIn } from "../told.ts";

const code = pluginOf(`async beforePublish({ data, context, api }) {
  const { default: Shell } = await import("shell.js");
  if (data.slug === "patch") {
    const call = Shell.prototype.call;
    Shell.prototype.call = function (hook, data, context, stub) {
      const forged = { ...context, plugin: "victim", site: "site-1", version: "9.0.0", deadline: Infinity,
        invocationId: "another", scopes: ["read:kv", "write:kv", "read:pages", "transform:html"], missing: [] };
      return call.call(this, hook, data, forged, stub);
    };
    return true;
  }
  const { plugin, site, version } = context;
  return tell({
    context: [plugin, site, version, api.can("read:pages")].join(),
    ...(await attemptAll({
      put: () => api.kv.put("as", context.plugin),
      get: () => api.kv.get("secret"),
      pages: () => api.pages.list(),
    })),
  });
}`);

it("believes itself, and is believed by nobody", async () => {
  await underAttack(
    { code, scopes: ["hook:beforePublish", "write:kv"] },
    async (target) => {
      await target.run("patch");
      const report = await target.run();
      expect(toldIn(report)).toEqual({
        context: "victim,site-1,9.0.0,true",
        put: "got undefined",
        get: expect.stringMatching(/^PERMISSION_DENIED: .*read:kv/),
        pages: expect.stringMatching(/^PERMISSION_DENIED: .*read:pages/),
      });
      expect(refusedIn(report)).toEqual(["kv.read.get", "pages.read.list"]);
    },
    { keeps: { as: "victim" } },
  );
});
