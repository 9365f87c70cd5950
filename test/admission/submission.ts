// A submission to check: one manifest, and code put into a hook where it is no whole bundle.
// Nothing of it is run.
import type { StaticVerdict } from "../../contracts/admission.ts";
import { type Manifest, manifestSchema } from "../../contracts/manifest.ts";
import type { Scope } from "../../contracts/scopes.ts";
import { checkBundle } from "../../services/admission/check-bundle.ts";

export function manifestOf(...scopes: Scope[]): Manifest {
  return manifestSchema.parse({
    apiVersion: 1,
    id: "one-plugin",
    name: "One",
    version: "1.0.0",
    scopes: scopes.map((scope) => ({ scope, reason: "for the tests" })),
  });
}

/** Code with an `export` is a whole bundle; other code is put into a hook. */
export function bundleOf(code: string): string {
  if (/\bexport\b/.test(code)) return code;
  return `export default { async beforePublish({ data, context, api }) {\n${code}\nreturn true; } };`;
}

export function check(
  code: string,
  manifest = manifestOf("hook:beforePublish", "read:kv"),
): Promise<StaticVerdict> {
  return checkBundle({ code, manifest, name: "plugin.js" });
}
