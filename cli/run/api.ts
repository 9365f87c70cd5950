// One real call of one plugin in a real sandbox: a private gateway, a throwaway site, a grant, the call.
// Never touches a server that runs, and leaves nothing behind unless a state folder is given.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type HookName, hookTable } from "../../contracts/hooks.ts";
import type { SiteId } from "../../contracts/ids.ts";
import { hooksOf } from "../../contracts/manifest.ts";
import type { RunReport } from "../../contracts/outcome.ts";
import type { AdminSession } from "../../contracts/rpc.ts";
import type { PluginBundle } from "../bundle/index.ts";
import { installBundle } from "../install/api.ts";
import { startGateway } from "../runtime/index.ts";
import { useAdmin } from "../session/connect-admin.ts";
import { callPlugin } from "./call-plugin.ts";
import type { ChosenScopes } from "./choose-scopes.ts";
import type { PagesFile } from "./parse-pages.ts";
import type { PreparedEvent } from "./prepare-event.ts";

export interface RunRequest {
  readonly bundle: PluginBundle;
  readonly hook: HookName;
  readonly event: PreparedEvent;
  readonly scopes: ChosenScopes["scopes"];
  readonly site: SiteId;
  readonly pages: PagesFile | null;
  /** Null: a new folder that is removed afterwards. */
  readonly stateDir: string | null;
}

/** Runs the call and tears everything down, whatever happens. */
export async function runPlugin(request: RunRequest): Promise<RunReport> {
  const { bundle, hook } = request;
  if (!hooksOf(bundle.manifest).includes(hook)) return reportUnsubscribed(hook);
  const throwaway = request.stateDir === null;
  const stateDir = request.stateDir ?? (await mkdtemp(join(tmpdir(), "emgate-run-")));
  try {
    const gateway = await startGateway({ port: 0, stateDir, throwaway });
    try {
      const address = { url: gateway.url, token: gateway.operatorToken };
      const { event, site } = request;
      await useAdmin(address, (admin) => prepareSite(admin, request));
      const args = { site, plugin: bundle.manifest.id, hook, event: event.event };
      return await callPlugin(gateway, hook, () => useAdmin(address, (admin) => admin.runHook(args)));
    } finally {
      await gateway.close();
    }
  } finally {
    if (throwaway) await rm(stateDir, { recursive: true, force: true, maxRetries: 10 });
  }
}

async function prepareSite(admin: AdminSession, request: RunRequest): Promise<void> {
  const { bundle, scopes, site } = request;
  const sites = await admin.listSites();
  if (!sites.some(({ id }) => id === site)) await admin.createSite({ site, name: site });
  const { plugin, status, scopes: granted, update } = await installBundle(admin, site, bundle);
  // Signing what is signed already would wait until the grant before it is drained; a version that is held serves
  // when it is granted.
  const isGranted =
    status === "live" && update === null && [...scopes].sort().join() === [...granted.granted].sort().join();
  if (!isGranted) await admin.grant({ site, plugin, scopes: [...scopes], only: true });
  await putContent(admin, request);
}

/** The pages of --pages come last: where both name a page, the file is the fuller one. */
async function putContent(admin: AdminSession, { event, pages, site }: RunRequest): Promise<void> {
  if (event.page) await admin.putPages({ site, pages: [event.page] });
  if (pages?.kind === "seed") await admin.importSeed({ site, seed: pages.text, onConflict: "replace" });
  if (pages?.kind === "pages") await admin.putPages({ site, pages: [...pages.pages] });
}

/** A real site would not call it either, so there is nothing to run. */
function reportUnsubscribed(hook: HookName): RunReport {
  const message = `plugin.json does not subscribe to ${hook}: it needs the scope ${hookTable[hook].scope}`;
  return {
    outcome: "denied",
    result: null,
    error: { code: "PERMISSION_DENIED", message },
    calls: [],
    logs: [],
    durationMs: 0,
  };
}
