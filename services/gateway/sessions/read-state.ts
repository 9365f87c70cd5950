// A site's control state as its owner has it, not as a lease: an admin sees what is, not what was.
import { EmgateError } from "../../../contracts/errors.ts";
import type { DeploymentSnapshot, InstalledPlugin, SiteSnapshot } from "../../../contracts/site.ts";
import { deploymentOf, siteStateOf } from "../env.ts";
import type { ActionContext } from "./action-context.ts";

/** A plugin on a site. */
export interface Target {
  readonly site: string;
  readonly plugin: string;
}

export interface ControlState {
  readonly snapshot: SiteSnapshot;
  readonly deployment: DeploymentSnapshot;
}

/** @throws NOT_FOUND for a site that does not exist */
export async function readState({ env }: ActionContext, site: string): Promise<ControlState> {
  const [snapshot, deployment] = await Promise.all([siteStateOf(env, site).read(), deploymentOf(env).read()]);
  return { snapshot, deployment };
}

/** The same with one plugin looked up. @throws NOT_FOUND where it is not installed */
export async function readInstall(
  context: ActionContext,
  { site, plugin }: Target,
): Promise<ControlState & { readonly install: InstalledPlugin }> {
  const state = await readState(context, site);
  const install = state.snapshot.plugins.find((candidate) => candidate.plugin === plugin);
  if (install === undefined)
    throw new EmgateError("NOT_FOUND", `plugin ${plugin} is not installed on site ${site}`);
  return { ...state, install };
}
