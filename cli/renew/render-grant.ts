// A grant in force as a person reads it before it is signed again: what it allows, line by line.
// Pure: it gets cleaned text and hands back text.
import { caveatsSchema } from "../../contracts/caveats.ts";
import type { GrantStatus } from "../../contracts/rpc.ts";
import { consentText, riskAmong } from "../../contracts/scopes.ts";
import { renderRisk } from "../grant/render-consent.ts";
import { renderScope } from "../grants/render-scope.ts";
import type { Paint } from "../program/io.ts";

export function renderGrantInForce(grant: GrantStatus, site: string, paint: Paint): string {
  const { plugin, version, authorization, expiresAt, grantedBy } = grant;
  const scopes = new Set(authorization.map(({ scope }) => scope));
  return [
    `${paint("bold", `${plugin} ${version}`)} on ${site}, granted by ${grantedBy} until ${expiresAt}:`,
    ...authorization.flatMap((granted) => [
      `  ${renderConsentText(granted)}`,
      renderRisk({ scope: granted.scope, ...riskAmong(granted.scope, scopes) }, paint),
    ]),
  ].join("\n");
}

/** A newer server may know caveats that this command has no words for. */
function renderConsentText(granted: GrantStatus["authorization"][number]): string {
  const caveats = caveatsSchema.safeParse(granted.caveats);
  return caveats.success ? consentText(granted.scope, caveats.data) : renderScope(granted);
}
