// Signs claims and makes the grant the plugin's live one: the last step of every way to a grant.
// The site's object decides whether the state is still the one that was consented to.
import { EmgateError } from "../../../contracts/errors.ts";
import type { GrantClaims } from "../../../contracts/grant.ts";
import { readGrant } from "../../grants/index.ts";
import type { Drained, NewGrant } from "../../site-state/index.ts";
import { deploymentOf, siteStateOf } from "../env.ts";
import { forgetSite } from "../leases.ts";
import { type ActionContext, actorOf } from "./action-context.ts";
import { assertStanding } from "./assert-standing.ts";

/** What the audit log is told beside the claims. */
export interface GrantRecord {
  readonly action: NewGrant["action"];
  readonly reason?: string | undefined;
  readonly detail?: NewGrant["detail"];
  /** The jti that was live when the claims were made, or null. */
  readonly previous: string | null;
  readonly takesBack?: boolean;
  /** The freeze that the switch ends, where state was moved. */
  readonly freeze?: string | undefined;
}

/** Acknowledged when the grant before can no longer act. @throws CONFLICT when the state has changed meanwhile */
export async function putGrant(
  context: ActionContext,
  claims: GrantClaims,
  { action, reason, detail, previous, takesBack, freeze }: GrantRecord,
): Promise<Drained> {
  const { ctx, env, identity } = context;
  await assertStanding(ctx, env, identity);
  const token = await deploymentOf(env).signGrant(claims);
  const drained = await siteStateOf(env, claims.site).putGrant({
    plugin: claims.sub,
    jti: claims.jti,
    token,
    code: claims.bnd.code,
    manifestDigest: claims.bnd.manifest,
    previous,
    issuedAtSeconds: claims.iat,
    expiresAtSeconds: claims.exp,
    by: actorOf(context),
    action,
    ...(reason !== undefined && { reason }),
    ...(takesBack === true && { takesBack }),
    ...(freeze !== undefined && { freeze }),
    detail: { version: claims.bnd.ver, authorization: claims.authorization_details, ...detail },
  });
  forgetSite(claims.site);
  // A key may be retired between signing and writing: then nothing was granted, and that is said.
  const read = await readGrant(token, await deploymentOf(env).read());
  if (!read.ok) throw new EmgateError("CONFLICT", "the key was retired while it signed: grant again");
  return drained;
}
