// A plugin that answers a gate, a search and a page with the expression whose number core names, and how each ends.
// One site serves all answers of a file.
import { afterEach, beforeAll } from "vitest";
import { choosing, events } from "../../workerd/site.ts";
import { openTarget, type Target } from "../attack.ts";

/** Sets up the site for the tests of a file; each test ends with its proof that nothing was harmed. */
export function useAnswers(answers: readonly string[], prelude = "") {
  let target: Target;
  beforeAll(async () => {
    target = await openTarget({
      code: `${prelude} ${choosing(answers)} export default {
        async beforePublish({ data }) { return choose(data); },
        async onSearch({ data }) { return choose(data); },
        async renderHtml({ data }) { return choose(data); },
        async onSchedule({ data }) { return choose({ query: data.cursor }); },
      };`,
      scopes: ["hook:beforePublish", "hook:onSearch", "hook:renderHtml", "hook:onSchedule", "transform:html"],
      manifest: { limits: { timeoutMs: 400 } },
    });
  });
  // The bystander's search asks the attacker too, with a query that chooses nothing: its breaker stays closed.
  afterEach(() => target.expectUnharmed());

  /** How a gate, a search and a page end with the answer of this number. */
  return async (index: number) => {
    const { hooks } = target.site;
    const number = String(index);
    const [gate, search, render] = await Promise.all([
      hooks.beforePublish({ ...events.beforePublish, slug: number }),
      hooks.onSearch({ ...events.onSearch, query: number }),
      hooks.renderHtml({ ...events.renderHtml, path: number }),
    ]);
    return target.hear({ gate, search, render });
  };
}
