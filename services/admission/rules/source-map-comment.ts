// A map that the bundle points to is not fetched or served; the one that was submitted beside it gives positions.
import type { Rule } from "../analysis.ts";

export const sourceMapComment: Rule = {
  id: "source-map-comment",
  severity: "note",
  visit: ({ comments }, report) => ({
    end() {
      for (const { value, start } of comments) {
        if (/^[#@]\s*sourceMappingURL=/.test(value))
          report(start, "sourceMappingURL is not followed: nothing is served from it");
      }
    },
  }),
};
