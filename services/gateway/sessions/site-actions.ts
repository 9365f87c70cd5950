// What an operator does with the deployment as a whole: databases and sites.
import { EmgateError, toWireError } from "../../../contracts/errors.ts";
import type { SiteInfo } from "../../../contracts/site.ts";
import { migrations as coreMigrations } from "../../core/index.ts";
import { migrateDatabase, registryMigrations } from "../../registry/index.ts";
import { deploymentOf, type Env, siteStateOf } from "../env.ts";
import { takeSiteInfo } from "../leases.ts";
import { type ActionContext, actorOf } from "./action-context.ts";

export async function migrate(env: Env): Promise<{ applied: string[] }> {
  const registry = await migrateDatabase(env.DB, registryMigrations);
  const core = await migrateDatabase(env.CORE_DB, coreMigrations);
  return { applied: [...registry.map((name) => `registry/${name}`), ...core.map((name) => `core/${name}`)] };
}

/** @throws CONFLICT when the site exists already */
export async function createSite(
  context: ActionContext,
  args: {
    readonly site: string;
    readonly name?: string | undefined;
    readonly url?: string | undefined;
    readonly locale?: string | undefined;
  },
): Promise<SiteInfo> {
  const { env, origin } = context;
  const info: SiteInfo = {
    id: args.site,
    name: args.name ?? args.site,
    url: args.url ?? `${origin}/sites/${args.site}`,
    locale: args.locale ?? "en",
    createdAt: new Date().toISOString(),
  };
  // Listed first: a crash in between leaves a name that can be created again, not a site that nobody sees.
  await deploymentOf(env).addSite(args.site, actorOf(context));
  return siteStateOf(env, args.site).create(info, actorOf(context));
}

/** The sites that the token may see. */
export async function listSites({ ctx, env, identity }: ActionContext): Promise<SiteInfo[]> {
  const names = identity.site === null ? await deploymentOf(env).listSites() : [identity.site];
  const sites = await Promise.all(
    names.map(async (name) => {
      try {
        return await takeSiteInfo(ctx, env, name);
      } catch (error) {
        if (toWireError(error).code === "NOT_FOUND") return null;
        throw new EmgateError("UNAVAILABLE", `the state of site ${name} cannot be reached`, { cause: error });
      }
    }),
  );
  return sites.filter((site) => site !== null);
}
