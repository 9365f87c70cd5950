// Which scopes the code calls on, by the members of `api` that it names.
// `api` that goes where nobody follows it may be used for anything: then nothing is said of what is not used.

import type { ScopeUse } from "../../../contracts/admission.ts";
import { membersOf } from "../../../contracts/api-members.ts";
import { hooksOf, type Manifest } from "../../../contracts/manifest.ts";
import { SCOPES, type Scope } from "../../../contracts/scopes.ts";
import type { Rule } from "../analysis.ts";
import { GIVEN } from "../scope/bindings.ts";

const API = `${GIVEN}hook.api`;
const scopeOfMember: ReadonlyMap<string, Scope> = new Map(
  SCOPES.flatMap((scope) => (membersOf[scope] ?? []).map((member): [string, Scope] => [member, scope])),
);

/** Fills the fields of every event that is about pages. */
const EVENT_SCOPE: Scope = "read:pages";

/** A rule that also remembers what it saw. */
export class ScopeUses {
  readonly #manifest: Manifest;
  readonly #used = new Set<Scope>();
  readonly #reported = new Set<Scope>();
  #isHandedOn = false;

  constructor(manifest: Manifest) {
    this.#manifest = manifest;
  }

  readonly rule: Rule = {
    id: "scopes",
    severity: "reject",
    visit: (_bundle, report) => ({
      use: ({ node, origin, use }) => {
        if (origin === API || origin === `${GIVEN}hook` || origin === `${API}.kv`) {
          if (use.kind === "handed" || use.kind === "called") this.#isHandedOn = true;
          return;
        }
        if (!origin.startsWith(`${API}.`)) return;
        const scope = scopeOf(origin.slice(API.length + 1));
        if (scope === null) return;
        this.#used.add(scope);
        // Asked for with `api.kv?.put`, or compared, it is no call that must fail.
        if (use.kind === "tested" || use.kind === "compared" || use.kind === "typeof") return;
        if (this.#reported.has(scope)) return;
        this.#reported.add(scope);
        if (!this.#manifest.scopes.some((row) => row.scope === scope)) {
          report(
            node,
            `this needs ${scope}, which the manifest does not declare: add it to "scopes", with a reason`,
          );
        }
      },
      end: () => {
        for (const scope of this.result().unused) {
          report(0, `${scope} is declared and never used: leave it out of "scopes"`, "note");
        }
      },
    }),
  };

  result(): ScopeUse {
    const declared = this.#manifest.scopes.map(({ scope }) => scope);
    const hooks = hooksOf(this.#manifest).map((hook): Scope => `hook:${hook}`);
    const implied: readonly Scope[] = hooks.some((hook) => hook !== "hook:onSchedule") ? [EVENT_SCOPE] : [];
    const used = SCOPES.filter((scope) => [...this.#used, ...hooks, ...implied].includes(scope));
    return {
      declared,
      used,
      unused: this.#isHandedOn ? [] : declared.filter((scope) => !used.includes(scope)),
      undeclared: [...this.#used].filter((scope) => !declared.includes(scope)),
    };
  }
}

function scopeOf(path: string): Scope | null {
  const [family = "", member = ""] = path.split(".");
  return scopeOfMember.get(`${family}.${member}`) ?? scopeOfMember.get(family) ?? null;
}
