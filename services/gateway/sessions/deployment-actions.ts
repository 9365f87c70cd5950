// What concerns the whole deployment: signing keys, tokens, withdrawn versions, and the audit logs.
// Retirements, revoked tokens and yanks are acknowledged when nothing older can act.
import type { AuditPage, AuditQuery } from "../../../contracts/audit.ts";
import { EmgateError, toWireError } from "../../../contracts/errors.ts";
import { MAX_SIGN_IN_TOKEN_SECONDS } from "../../../contracts/limits.ts";
import type { KeyStatus, RegisteredVersion, Role, TokenStatus, YankReport } from "../../../contracts/rpc.ts";
import { type IncidentReport, troubleTable } from "../../../contracts/watchdog.ts";
import { findRelease, registerVersion } from "../../registry/index.ts";
import { deploymentOf, registryOf, siteStateOf } from "../env.ts";
import { forgetDeployment, forgetSite, takeLease } from "../leases.ts";
import { type ActionContext, actorOf } from "./action-context.ts";

export async function rotateKey(context: ActionContext): Promise<KeyStatus> {
  const key = await deploymentOf(context.env).rotateKey(actorOf(context));
  forgetDeployment();
  return key;
}

/** @throws CONFLICT for the current key, NOT_FOUND */
export async function retireKey(
  context: ActionContext,
  { kid, reason }: { readonly kid: string; readonly reason?: string | undefined },
): Promise<KeyStatus & { drainedMs: number }> {
  const key = await deploymentOf(context.env).retireKey(kid, actorOf(context), reason);
  forgetDeployment();
  return key;
}

/** The same bytes again are the same version, and leave no second entry. @throws as the registry does */
export async function registerRelease(
  context: ActionContext,
  submitted: Parameters<typeof registerVersion>[1],
): Promise<RegisteredVersion> {
  const { env } = context;
  const registered = await registerVersion(registryOf(env), submitted);
  const { plugin, version, code } = registered;
  await deploymentOf(env).noteRelease({ plugin, version, code }, actorOf(context));
  return registered;
}

/** @throws NOT_FOUND for a version that was never registered */
export async function yankVersion(
  context: ActionContext,
  { plugin, version, reason }: { readonly plugin: string; readonly version: string; readonly reason: string },
): Promise<YankReport> {
  const { env } = context;
  const { code } = await findRelease(registryOf(env), plugin, version);
  const yank = { plugin, version, code, reason };
  const { yankedAt, drainedMs } = await deploymentOf(env).yank(yank, actorOf(context));
  forgetDeployment();
  return { plugin, version, code, yankedAt, drainedMs };
}

/** @throws NOT_FOUND for a site that does not exist: a token must not wait for one that comes later */
export async function createToken(
  context: ActionContext,
  args: {
    readonly role: Role;
    readonly site?: string | undefined;
    readonly label: string;
    readonly singleUse: boolean;
    readonly expiresInSeconds?: number | undefined;
  },
): Promise<TokenStatus & { token: string }> {
  const { ctx, env } = context;
  const { role, site = null, label, singleUse } = args;
  if ((role === "operator") !== (site === null)) {
    throw new EmgateError(
      "INVALID_ARGUMENT",
      "site: expected for every role but operator, and not for that one",
    );
  }
  const lifetimeMs = lifetimeMsOf(args);
  if (site !== null) await takeLease(ctx, env, site);
  return deploymentOf(env).createToken({ role, site, label, singleUse, lifetimeMs }, actorOf(context));
}

/** Switches off the plugins that held the runtime up; one that is on no site by now needs no switching off. */
export async function reportIncident(
  { env }: ActionContext,
  { trouble, culprits, suspects }: IncidentReport,
): Promise<{ stopped: number }> {
  const { text, code } = troubleTable[trouble];
  const subject = code === null ? "the runtime" : "a plugin";
  await deploymentOf(env).noteRestart(`${subject} ${text}`, {
    ...(culprits.length > 0 && { culprits }),
    ...(suspects.length > 0 && { suspects }),
  });
  if (code === null) return { stopped: 0 };
  const stops = culprits.map(async ({ site, plugin, hook }) => {
    try {
      const { changed } = await siteStateOf(env, site).stop(plugin, { code, hook, reason: `it ${text}` });
      return changed;
    } catch (error) {
      if (toWireError(error).code === "NOT_FOUND") return false;
      throw error;
    } finally {
      forgetSite(site);
    }
  });
  return { stopped: (await Promise.all(stops)).filter(Boolean).length };
}

/** A site's log, or the deployment's own. */
export function readAudit(
  { env }: ActionContext,
  { site, ...query }: AuditQuery & { readonly site?: string | undefined },
): Promise<AuditPage> {
  return site === undefined ? deploymentOf(env).audit(query) : siteStateOf(env, site).audit(query);
}

/** Null: until it is revoked. A sign-in token always ends soon. */
function lifetimeMsOf({
  singleUse,
  expiresInSeconds = singleUse ? MAX_SIGN_IN_TOKEN_SECONDS : undefined,
}: {
  readonly singleUse: boolean;
  readonly expiresInSeconds?: number | undefined;
}): number | null {
  if (expiresInSeconds === undefined) return null;
  if (singleUse && expiresInSeconds > MAX_SIGN_IN_TOKEN_SECONDS) {
    throw new EmgateError(
      "INVALID_ARGUMENT",
      `expiresInSeconds: a sign-in token lasts at most ${MAX_SIGN_IN_TOKEN_SECONDS} seconds`,
    );
  }
  return expiresInSeconds * 1000;
}
