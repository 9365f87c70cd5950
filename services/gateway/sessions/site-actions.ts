// What an operator does with the deployment as a whole: databases and sites.
import { EmgateError, toWireError } from "../../../contracts/errors.ts";
import type { Role, TokenStatus } from "../../../contracts/rpc.ts";
import type { SiteInfo } from "../../../contracts/site.ts";
import { migrations as coreMigrations } from "../../core/index.ts";
import { migrateDatabase, registryMigrations } from "../../registry/index.ts";
import { deploymentOf, type Env, siteStateOf } from "../env.ts";
import { takeLease } from "../leases.ts";
import type { ActionContext } from "./action-context.ts";

export async function migrate(env: Env): Promise<{ applied: string[] }> {
  const registry = await migrateDatabase(env.DB, registryMigrations);
  const core = await migrateDatabase(env.CORE_DB, coreMigrations);
  return { applied: [...registry.map((name) => `registry/${name}`), ...core.map((name) => `core/${name}`)] };
}

/** @throws CONFLICT when the site exists already */
export async function createSite(
  { env, origin }: ActionContext,
  args: {
    readonly site: string;
    readonly name?: string | undefined;
    readonly url?: string | undefined;
    readonly locale?: string | undefined;
  },
): Promise<SiteInfo> {
  const info: SiteInfo = {
    id: args.site,
    name: args.name ?? args.site,
    url: args.url ?? `${origin}/sites/${args.site}`,
    locale: args.locale ?? "en",
    createdAt: new Date().toISOString(),
  };
  // Listed first: a crash in between leaves a name that can be created again, not a site that nobody sees.
  await deploymentOf(env).addSite(args.site);
  return siteStateOf(env, args.site).create(info);
}

/** @throws NOT_FOUND for a site that does not exist: a token must not wait for one that comes later */
export async function createToken(
  { ctx, env }: ActionContext,
  args: {
    readonly role: Role;
    readonly site?: string | undefined;
    readonly label: string;
    readonly singleUse: boolean;
    readonly expiresInSeconds?: number | undefined;
  },
): Promise<TokenStatus & { token: string }> {
  const { role, site = null, label, singleUse, expiresInSeconds } = args;
  if ((role === "operator") !== (site === null)) {
    throw new EmgateError(
      "INVALID_ARGUMENT",
      "site: expected for every role but operator, and not for that one",
    );
  }
  if (site !== null) await takeLease(ctx, env, site);
  const lifetimeMs = expiresInSeconds === undefined ? null : expiresInSeconds * 1000;
  return deploymentOf(env).createToken({ role, site, label, singleUse, lifetimeMs });
}

/** The sites that the token may see. */
export async function listSites({ ctx, env, identity }: ActionContext): Promise<SiteInfo[]> {
  const names = identity.site === null ? await deploymentOf(env).listSites() : [identity.site];
  const sites = await Promise.all(
    names.map(async (name) => {
      try {
        return (await takeLease(ctx, env, name)).site.site;
      } catch (error) {
        if (toWireError(error).code === "NOT_FOUND") return null;
        throw new EmgateError("UNAVAILABLE", `the state of site ${name} cannot be reached`, { cause: error });
      }
    }),
  );
  return sites.filter((site) => site !== null);
}
