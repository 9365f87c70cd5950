// What an admin sets for a site: its policy, the order of its plugins, and a plugin's settings.
// Each is the site's own state and takes effect with the next lease; a policy is waited for.
import type { JsonObject } from "../../../contracts/json.ts";
import { effectiveSettings } from "../../../contracts/manifest.ts";
import type { PluginSettings } from "../../../contracts/rpc.ts";
import type { SitePolicy } from "../../../contracts/site.ts";
import { parseSettings } from "../../registry/index.ts";
import { siteStateOf } from "../env.ts";
import { forgetSite } from "../leases.ts";
import { type ActionContext, actorOf } from "./action-context.ts";
import { readInstall, readState, type Target } from "./read-state.ts";

export async function getPolicy(context: ActionContext, site: string): Promise<SitePolicy> {
  return (await readState(context, site)).snapshot.policy;
}

export async function setPolicy(
  context: ActionContext,
  site: string,
  changes: { readonly [K in keyof SitePolicy]?: SitePolicy[K] | undefined },
): Promise<SitePolicy> {
  const { gate, updates, recordings } = changes;
  const given = {
    ...(gate !== undefined && { gate }),
    ...(updates !== undefined && { updates }),
    ...(recordings !== undefined && { recordings }),
  };
  const { policy } = await siteStateOf(context.env, site).setPolicy(given, actorOf(context));
  forgetSite(site);
  return policy;
}

/** @throws NOT_FOUND for a plugin that is not installed, INVALID_ARGUMENT for one named twice */
export async function setOrder(
  context: ActionContext,
  { site, plugins }: { readonly site: string; readonly plugins: readonly string[] },
): Promise<{ order: readonly string[] }> {
  const { order } = await siteStateOf(context.env, site).setOrder(plugins, actorOf(context));
  forgetSite(site);
  return { order };
}

export async function getSettings(context: ActionContext, target: Target): Promise<PluginSettings> {
  const { install } = await readInstall(context, target);
  const { plugin, manifest, settings } = install;
  return { plugin, effective: effectiveSettings(manifest, settings), set: settings };
}

/** @throws INVALID_ARGUMENT naming the setting and what the manifest expects of it */
export async function setSettings(
  context: ActionContext,
  { site, plugin, settings }: Target & { readonly settings: JsonObject },
): Promise<PluginSettings> {
  const { install } = await readInstall(context, { site, plugin });
  const set = parseSettings(install.manifest, install.settings, settings);
  await siteStateOf(context.env, site).setSettings(plugin, set, actorOf(context));
  forgetSite(site);
  return { plugin, effective: effectiveSettings(install.manifest, set), set };
}
