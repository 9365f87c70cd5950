// `emgate order --site S [plugin…]`: shows or changes the order in which a site's plugins are called.
// Never enables or grants anything.
import type { Command } from "commander";
import type { PluginId, SiteId } from "../../contracts/ids.ts";
import type { AdminSession } from "../../contracts/rpc.ts";
import { addExample } from "../program/add-example.ts";
import { parsePluginId, siteOption } from "../program/parse-options.ts";
import type { Answering } from "../program/run-command.ts";
import { useServer } from "../session/use-server.ts";

interface Order {
  readonly order: readonly string[];
}

export function addOrderCommand(program: Command, answer: Answering): void {
  const command = program
    .command("order")
    .description("show the order in which a site's plugins are called, or change it")
    .argument("[plugins...]", "plugins from first to last; the others follow as they were", collectPlugin)
    .addOption(siteOption())
    .action((plugins: readonly PluginId[] | undefined, { site }: { site: SiteId }) =>
      answer(command, async (context) => ({
        json: await useServer(context, (admin) =>
          plugins?.length ? admin.setOrder({ site, plugins: [...plugins] }) : readOrder(admin, site),
        ),
        render: renderOrder,
      })),
    );
  addExample(command, "emgate order --site demo", "emgate order --site demo sitemap seo-check");
}

export function collectPlugin(text: string, previous: readonly PluginId[] = []): readonly PluginId[] {
  return [...previous, parsePluginId(text)];
}

export async function readOrder(admin: Pick<AdminSession, "listPlugins">, site: SiteId): Promise<Order> {
  const plugins = await admin.listPlugins({ site });
  return { order: plugins.toSorted((a, b) => a.position - b.position).map(({ plugin }) => plugin) };
}

function renderOrder({ order }: Order): string {
  const lines = order.map((plugin, index) => `${index + 1}  ${plugin}`);
  return lines.join("\n") || "no plugins; `emgate install <plugin> --site S` installs one";
}
