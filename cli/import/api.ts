// Imports an EmDash seed file into a site, and makes the site when it is not there yet.
// Never makes a site before the file has been read.
import type { SiteId } from "../../contracts/ids.ts";
import type { AdminArguments, AdminSession, ImportReport } from "../../contracts/rpc.ts";

export type OnConflict = NonNullable<AdminArguments["importSeed"]["onConflict"]>;

export interface SeedImport extends ImportReport {
  readonly siteCreated: boolean;
}

export interface SeedRequest {
  readonly site: SiteId;
  /** The file's text. */
  readonly seed: string;
  readonly onConflict: OnConflict;
}

export async function importSeed(admin: AdminSession, request: SeedRequest): Promise<SeedImport> {
  const sites = await admin.listSites();
  const siteCreated = !sites.some(({ id }) => id === request.site);
  if (siteCreated) await admin.createSite({ site: request.site });
  return { ...(await admin.importSeed(request)), siteCreated };
}
