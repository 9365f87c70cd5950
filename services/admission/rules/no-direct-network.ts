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
/** Of these a member is as good as the whole. */
const HOLDERS = /^(?:caches|EventSource)\./;

export const noDirectNetwork: Rule = {
  id: "no-direct-network",
  severity: "reject",
  visit: ({ bindings, origins }, report) => ({
    use({ node, origin, use, ancestors }) {
      const binding = node.type === "Identifier" ? bindings.bindingOf(node) : undefined;
      if (!NAMES.has(origin) && !(binding && HOLDERS.test(origin))) return;
      switch (use.kind) {
        case "typeof":
        case "compared":
        case "tested":
        case "unused":
        case "written":
        case "deleted":
          return;
        case "named":
          if (!isDefaultValue(node, ancestors)) return;
      }
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
