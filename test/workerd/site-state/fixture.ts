// What the tests of the control state share: fresh objects, an install, and a look into their storage.
import { runInDurableObject } from "cloudflare:test";
import { env as bindings } from "cloudflare:workers";
import type { AuditEntry } from "../../../contracts/audit.ts";
import { MAX_AUDIT_PAGE } from "../../../contracts/limits.ts";
import { type Manifest, manifestSchema } from "../../../contracts/manifest.ts";
import type { SiteSnapshot } from "../../../contracts/site.ts";
import { type deploymentOf, type Env, siteStateOf } from "../../../services/gateway/env.ts";
import type { NewDelivery, NewGrant, NewInstall } from "../../../services/site-state/index.ts";

export const env = bindings as unknown as Env; // typed by hand in gateway/env.ts

/** Who makes the changes of a test. */
export const BY = "admin:a1";

let names = 0;

/** A name that nothing else uses. */
export function makeName(prefix = "site"): string {
  names += 1;
  return `${prefix}-${names}-${crypto.randomUUID().slice(0, 8)}`;
}

export type Site = ReturnType<typeof siteStateOf>;

export type DeploymentStub = ReturnType<typeof deploymentOf>;

/** A deployment beside the one that the gateway uses. */
export function deploymentNamed(name: string): DeploymentStub {
  return env.DEPLOYMENT.getByName(name) as unknown as DeploymentStub; // the same cast as in gateway/env.ts
}

export function makeDeployment(): { name: string; deployment: DeploymentStub } {
  const name = makeName("deployment");
  return { name, deployment: deploymentNamed(name) };
}

/** A site that exists and has nothing on it. */
export async function makeSite(): Promise<{ name: string; site: Site }> {
  const name = makeName();
  const site = siteStateOf(env, name);
  const info = { id: name, name, url: `https://${name}.example`, locale: "en", createdAt: "2026-11-22" };
  await site.create(info, BY);
  return { name, site };
}

export function makeManifest(changes: Readonly<Record<string, unknown>> = {}): Manifest {
  return manifestSchema.parse({
    apiVersion: 1,
    id: "seo-check",
    name: "SEO check",
    version: "1.0.0",
    scopes: [{ scope: "hook:afterPublish", reason: "to be told" }],
    ...changes,
  });
}

/** An install of the plugin; `code` stands for its bytes. */
export function makeInstall(code = "a", changes: Readonly<Record<string, unknown>> = {}): NewInstall {
  const manifest = makeManifest(changes);
  const { id: plugin, version } = manifest;
  return { plugin, version, code: code.repeat(64), manifestDigest: "b".repeat(64), manifest };
}

export function makeGrant(jti: string, changes: Partial<NewGrant> = {}): NewGrant {
  return {
    plugin: "seo-check",
    jti,
    token: `token-of-${jti}`,
    code: "a".repeat(64),
    manifestDigest: "b".repeat(64),
    previous: null,
    issuedAtSeconds: 0,
    expiresAtSeconds: 0,
    by: BY,
    action: "grant",
    ...changes,
  };
}

/** Another release of the plugin, and what a grant for it says. */
export const nextRelease = makeInstall("c", { version: "1.1.0" });
export const forNextRelease = { code: nextRelease.code, action: "update" } as const;

/** A site with the plugin installed and granted. */
export async function makeGrantedSite(): Promise<{ name: string; site: Site }> {
  const made = await makeSite();
  await made.site.install(makeInstall(), BY);
  await made.site.putGrant(makeGrant("jti-1"));
  return made;
}

/** Makes deliveries to the plugin as it is installed at present. */
export async function deliveriesTo(site: Site, plugin = "seo-check") {
  const { plugins } = await site.read();
  const { installId = "" } = plugins.find((install) => install.plugin === plugin) ?? {};
  const event = JSON.stringify({ pageId: "posts:p1", collection: "posts", slug: "first" });
  const delivery = { plugin, installId, hook: "afterPublish", event, dueInMs: 0, continuation: 0 } as const;
  return (id: string, changes: Partial<NewDelivery> = {}): NewDelivery => ({ ...delivery, id, ...changes });
}

export async function readSnapshotOf(site: Site): Promise<SiteSnapshot> {
  const answer = await site.lease(null);
  if (!("snapshot" in answer)) throw new Error("a lease without a snapshot");
  return answer.snapshot;
}

/** Every entry of the site's audit log, oldest first. */
export async function readAuditOf(site: Pick<Site, "audit">): Promise<readonly AuditEntry[]> {
  return (await site.audit({ limit: MAX_AUDIT_PAGE })).entries;
}

/** Runs `use` inside the site's object, on its storage. */
export function inSite<T>(
  name: string,
  use: (storage: DurableObjectStorage, state: DurableObjectState) => T | Promise<T>,
): Promise<T> {
  return runInDurableObject(env.SITE_STATE.getByName(name), (_object, state) => use(state.storage, state));
}

/** Runs `use` inside a deployment's object, on its storage. */
export function inDeployment<T>(name: string, use: (storage: DurableObjectStorage) => T): Promise<T> {
  return runInDurableObject(env.DEPLOYMENT.getByName(name), (_object, { storage }) => use(storage));
}

/** Every row of every table, as one text. */
export function dumpStorage({ sql }: DurableObjectStorage): string {
  const tables = sql
    .exec<{ name: string }>(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
    )
    .toArray();
  return JSON.stringify(tables.map(({ name }) => [name, sql.exec(`SELECT * FROM "${name}"`).toArray()]));
}

/** What a call fails with. A stub's own promise must be awaited once: each further `then` is a rejection of its own. */
export async function failureOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error("the call did not fail");
}
