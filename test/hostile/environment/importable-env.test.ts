// A plugin imports its environment instead of being given one, and tries to make itself one.
import { it } from "vitest";
import { attack } from "../attack.ts";
import { trying, tryingAtStart } from "../plugin-text.ts";
import { expectEach } from "../told.ts";

const workers = '(await import("cloudflare:workers"))';
const looks = {
  env: `Reflect.ownKeys(${workers}.env)`,
  "env's prototype": `Object.keys(Object.getPrototypeOf(${workers}.env) ?? {})`,
  exports: `Reflect.ownKeys(${workers}.exports)`,
  "names that the gateway's env has": `["LOADER", "PLUGIN_KV", "CORE_DB", "EMGATE_KEY"].filter(Object.prototype.hasOwnProperty, ${workers}.env)`,
};

it.each([
  ["in a hook", trying(looks)],
  ["while it starts", tryingAtStart(looks)],
])("finds nothing there %s", async (_when, code) => {
  const { told } = await attack({ code });
  expectEach(told, looks, /^got \[\]$/);
});

it("gets back what it put there itself, for as long as its own function runs", async () => {
  const own = {
    withEnv: `${workers}.withEnv({ LOADER: "mine" }, async () => (await import("cloudflare:workers")).env.LOADER ?? "nothing")`,
    withExports: `${workers}.withExports({ Hooks: "mine" }, () => "mine")`,
  };
  const after = { "env afterwards": `Reflect.ownKeys(${workers}.env)` };
  const { told } = await attack({ code: trying({ ...own, ...after }) });
  const { "env afterwards": afterwards, ...during } = told;
  expectEach(during, own, /^got (mine|nothing)$/);
  expectEach({ "env afterwards": afterwards ?? "" }, after, /^got \[\]$/);
});
