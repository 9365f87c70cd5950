// The order of a site's plugins as `emgate order` shows it.
import { expect, it } from "vitest";
import { collectPlugin, readOrder } from "../../../cli/order/command.ts";
import { siteIdSchema } from "../../../contracts/ids.ts";
import type { PluginStatus } from "../../../contracts/rpc.ts";

it("is that of the positions, whatever the list's", async () => {
  const at = (plugin: string, position: number) => ({ plugin, position }) as PluginStatus; // all that is read
  const listPlugins = async () => [at("sitemap", 3), at("notify", 1), at("seo-check", 2)];
  expect(await readOrder({ listPlugins }, siteIdSchema.parse("demo"))).toEqual({
    order: ["notify", "seo-check", "sitemap"],
  });
});

it("collects plugins one after another", () => {
  expect(collectPlugin("sitemap", collectPlugin("notify"))).toEqual(["notify", "sitemap"]);
});
