// Puts a plugin on a site that a benchmark calls, with everything granted that it asks for.
// It measures nothing, and runs in the gateway's Worker as well as outside of it.
import type { AdminSession } from "../contracts/rpc.ts";
import type { Scope } from "../contracts/scopes.ts";

export interface BenchPlugin {
  readonly id: string;
  readonly scopes: readonly Scope[];
  /** The module's text. */
  readonly code: string;
  /** Further keys of plugin.json. */
  readonly manifest?: Readonly<Record<string, unknown>>;
}

export async function addPlugin(
  admin: AdminSession,
  site: string,
  { id, scopes, code, manifest }: BenchPlugin,
): Promise<void> {
  const declared = scopes.map((scope) => ({ scope, reason: "measured" }));
  const text = JSON.stringify({
    apiVersion: 1,
    id,
    name: id,
    version: "1.0.0",
    scopes: declared,
    ...manifest,
  });
  await admin.registerVersion({ manifest: text, code });
  await admin.install({ site, plugin: id });
  await admin.grant({ site, plugin: id });
}
