// A plugin reaches the network through api.fetch alone, where the grant names the hosts. The isolate has no other.
import type { Rule } from "../analysis.ts";
import { isDefaultValue, isOnlyDefault } from "../idioms/default-fetch.ts";
import { isGuarded } from "../idioms/typeof-guard.ts";

const NAMES: ReadonlySet<string> = new Set([
  "fetch",
  "WebSocket",
  "EventSource",
  "XMLHttpRequest",
  "connect",
  "caches",
  "navigator.sendBeacon",
]);

export const noDirectNetwork: Rule = {
  id: "no-direct-network",
  severity: "reject",
  visit: ({ bindings, origins }, report) => ({
    use({ node, origin, use, ancestors }) {
      if (!NAMES.has(origin) || node.type === "CallExpression") return;
      if (use.kind === "typeof" || use.kind === "compared" || use.kind === "tested" || use.kind === "unused")
        return;
      if (use.kind === "named" && !isDefaultValue(node, ancestors)) return;
      const binding = node.type === "Identifier" ? bindings.bindingOf(node) : undefined;
      const isIdiom =
        isDefaultValue(node, ancestors) ||
        isGuarded(origin, node, ancestors) ||
        (binding !== undefined &&
          isOnlyDefault(binding, (value) => origins.originsOf(value).includes(origin)));
      if (isIdiom) {
        report(
          node,
          `${origin} stands by where nothing else is given; in the sandbox it reaches nothing`,
          "note",
        );
      } else {
        report(node, `${origin} reaches nothing in the sandbox: use api.fetch, with the scope fetch:network`);
      }
    },
  }),
};
