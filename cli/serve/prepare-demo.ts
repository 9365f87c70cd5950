// Sets up the demo site: content of a seed file, and the examples' plugins, installed, granted, kept up to date.
// Never grants again what an admin took back, and never ends the server when an example is broken.
import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { toWireError } from "../../contracts/errors.ts";
import { type SiteId, siteIdSchema } from "../../contracts/ids.ts";
import type { AdminSession, PluginStatus } from "../../contracts/rpc.ts";
import { bundlePlugin, type PluginBundle } from "../bundle/index.ts";
import { installBundle, registerBundle } from "../install/api.ts";
import { type DemoMarker, readDemoMarker, writeDemoMarker } from "./demo-marker.ts";
import { type DemoWork, updateExample } from "./update-example.ts";

const DEMO_SITE: SiteId = siteIdSchema.parse("demo");
const SEED_FILE = "demo.seed.json";

export interface DemoOptions {
  readonly stateDir: string;
  /** The folder that holds demo.seed.json and a folder for each plugin. */
  readonly examplesDir: string;
  warn(message: string): void;
}

export interface Demo {
  readonly site: SiteId;
  readonly plugins: readonly PluginStatus[];
}

/** Brings the demo site to where it should be; each step is noted when it is done. */
export async function prepareDemo(admin: AdminSession, options: DemoOptions): Promise<Demo> {
  const marker = readDemoMarker(options.stateDir);
  const note = (done: Partial<DemoMarker>): void => {
    writeDemoMarker(options.stateDir, Object.assign(marker, done));
  };
  const work = { admin, marker, note };
  await seedSite(work, options);
  const bundles = await bundleExamples(options);
  const [present, grants] = await Promise.all([
    admin.listPlugins({ site: DEMO_SITE }),
    admin.listGrants({ site: DEMO_SITE }),
  ]);
  // The server remembers revoked grants too; the marker may have been lost.
  note({ granted: [...new Set([...marker.granted, ...grants.map(({ plugin }) => plugin)])] });
  for (const bundle of bundles) {
    const { id } = bundle.manifest;
    try {
      const status = await installOnce(work, bundle, present);
      if (status) await grantOnce(work, status);
    } catch (thrown) {
      options.warn(`the example ${id}: ${toWireError(thrown).message}`);
    }
  }
  return { site: DEMO_SITE, plugins: await admin.listPlugins({ site: DEMO_SITE }) };
}

async function seedSite({ admin, marker, note }: DemoWork, options: DemoOptions): Promise<void> {
  const sites = await admin.listSites();
  if (!sites.some(({ id }) => id === DEMO_SITE)) {
    await admin.createSite({ site: DEMO_SITE, name: "Marginalia" });
  }
  if (marker.seeded) return;
  const path = join(options.examplesDir, SEED_FILE);
  if (!existsSync(path)) return options.warn(`${path} is missing; the demo site has no content`);
  // A first start may have been killed half-way: what is there stays, what is missing comes.
  await admin.importSeed({ site: DEMO_SITE, seed: await readFile(path, "utf8"), onConflict: "skip" });
  note({ seeded: true });
}

/** In the order of their names, which becomes the order in which they are called. */
async function bundleExamples({ examplesDir, warn }: DemoOptions): Promise<readonly PluginBundle[]> {
  const folders = readdirSync(examplesDir)
    .sort()
    .map((name) => join(examplesDir, name))
    .filter((folder) => existsSync(join(folder, "plugin.json")));
  const bundles = await Promise.all(
    folders.map((folder) =>
      bundlePlugin(folder).catch((thrown: unknown) => {
        warn(`${folder} is left out: ${toWireError(thrown).message}`);
        return null;
      }),
    ),
  );
  return bundles.filter((bundle) => bundle !== null);
}

/** The plugin's status on the demo site, or null when an admin has removed it. */
async function installOnce(
  work: DemoWork,
  bundle: PluginBundle,
  present: readonly PluginStatus[],
): Promise<PluginStatus | null> {
  const { admin, marker, note } = work;
  const { id, version } = bundle.manifest;
  const installed = present.find(({ plugin }) => plugin === id) ?? null;
  if (!installed && !marker.installed.includes(id)) {
    const status = await installBundle(admin, DEMO_SITE, bundle);
    note({ installed: [...marker.installed, id], versions: { ...marker.versions, [id]: version } });
    return status;
  }
  await registerBundle(admin, bundle);
  if (installed) await updateExample(work, DEMO_SITE, installed, version);
  if (!marker.installed.includes(id)) note({ installed: [...marker.installed, id] });
  return installed;
}

async function grantOnce({ admin, marker, note }: DemoWork, { plugin, scopes }: PluginStatus): Promise<void> {
  if (marker.granted.includes(plugin) || scopes.asked.length === 0) return;
  const { digest } = await admin.describeConsent({ site: DEMO_SITE, plugin });
  await admin.grant({ site: DEMO_SITE, plugin, consent: digest });
  note({ granted: [...marker.granted, plugin] });
}
