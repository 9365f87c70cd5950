// A plugin writes itself the props by which the gateway's entrypoints know their site and plugin.
import { expect, it } from "vitest";
import { underAttack } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";

const code = pluginOf(`async beforePublish({ data, context, api }) {
  const { default: Shell } = await import("shell.js");
  const call = Shell.prototype.call;
  if (data.slug === "patch") {
    Shell.prototype.call = function (...args) {
      const forged = { site: "another-site", plugin: "victim" };
      try { this.ctx.props = forged; } catch {}
      try { Object.assign(this.ctx.props, forged); } catch {}
      try { Object.defineProperty(this, "ctx", { value: { ...this.ctx, props: forged } }); } catch {}
      globalThis.props = this.ctx.props;
      return call.apply(this, args);
    };
    return true;
  }
  await api.kv.put("props", JSON.stringify(globalThis.props));
  return say(await api.kv.get("secret"));
}`);

it("stays the plugin of the site that the gateway called", async () => {
  const props = JSON.stringify({ site: "another-site", plugin: "victim" });
  const said = await underAttack(
    { code, scopes: ["hook:beforePublish", "read:kv", "write:kv"] },
    async (target) => {
      await target.run("patch");
      return target.ask();
    },
    { keeps: { props } },
  );
  expect(said).toBeNull();
});
