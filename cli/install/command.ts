// `emgate install <plugin or folder> --site S`: puts a plugin on a site.
// Never grants anything: what it may do is `emgate grant`'s.
import { resolve } from "node:path";
import type { Command } from "commander";
import { pluginIdSchema, type SiteId } from "../../contracts/ids.ts";
import type { PluginStatus } from "../../contracts/rpc.ts";
import { renderHeld } from "../plugins/render-plugins.ts";
import { addExample } from "../program/add-example.ts";
import type { Paint } from "../program/io.ts";
import { parseVersion, siteOption } from "../program/parse-options.ts";
import type { Answering, CommandContext } from "../program/run-command.ts";
import { UsageError } from "../program/usage-error.ts";
import { useServer } from "../session/use-server.ts";
import { installBundle, installRegistered, looksLikePath } from "./api.ts";

interface InstallOptions {
  readonly site: SiteId;
  readonly version?: string;
}

export function addInstallCommand(program: Command, answer: Answering): void {
  const command = program
    .command("install")
    .description(
      "install a plugin on a site; it does nothing until it is granted something, and ends with 2 when held",
    )
    .argument("<plugin>", "the plugin's id in the registry, or the path of its folder, such as ./my-plugin")
    .addOption(siteOption())
    .option("--version <version>", "the version; the newest unless given", parseVersion)
    .action((target: string, options: InstallOptions) =>
      answer(command, async (context) => {
        const status = looksLikePath(target)
          ? await installFolder(context, target, options)
          : await installId(context, target, options);
        return {
          json: status,
          render: (view: PluginStatus, paint) => renderInstall(view, options.site, paint),
          exitStatus: status.update === null ? 0 : 2,
        };
      }),
    );
  addExample(
    command,
    "emgate install ./examples/seo-check --site demo",
    "emgate install seo-check --site demo --version 1.0.0",
  );
}

async function installFolder(
  context: CommandContext,
  path: string,
  { site, version }: InstallOptions,
): Promise<PluginStatus> {
  if (version !== undefined) {
    throw new UsageError("--version goes with a plugin's id; a folder's version is in its plugin.json");
  }
  const { bundlePlugin } = await import("../bundle/index.ts");
  const bundle = await bundlePlugin(resolve(context.io.cwd, path));
  return await useServer(context, (admin) => installBundle(admin, site, bundle));
}

async function installId(
  context: CommandContext,
  text: string,
  { site, version }: InstallOptions,
): Promise<PluginStatus> {
  const plugin = pluginIdSchema.safeParse(text);
  if (!plugin.success) {
    throw new UsageError(`${text} is neither a plugin's id nor a path; a folder here is written ./${text}`);
  }
  return await useServer(context, (admin) => installRegistered(admin, site, plugin.data, version));
}

function renderInstall(status: PluginStatus, site: SiteId, paint: Paint): string {
  const { plugin, version, scopes } = status;
  if (status.update !== null) {
    const meanwhile = status.status === "live" ? `${version} serves on` : `${version} is ${status.status}`;
    return `${paint("yellow", "held")}: ${meanwhile}\n${renderHeld(status, site).join("\n")}`;
  }
  const done = `${paint("green", "installed")} ${plugin}@${version} on ${site}`;
  if (status.status !== "needs-consent") return `${done} (${status.status})`;
  return `${done}; it asks for ${scopes.asked.join(", ")}\nnext: emgate grant ${plugin} --site ${site}`;
}
