// Checks a page's title, excerpt and image before it goes live, and keeps the finding under findings/<pageId>.
// It never changes the page, and only a title that is too short stops a publication.
import type { Issue, Plugin } from "emgate/plugin";

interface Settings {
  minTitleCharacters: number;
  minExcerptCharacters: number;
}

/** What is kept for each page; the counts are in characters. */
interface Finding {
  counts: { title: number; excerpt: number };
  hasImage: boolean;
  issues: Issue[];
  /** ISO 8601, UTC. */
  checkedAt: string;
}

// Graphemes: «é» typed as two code points, or a family emoji of seven, is one character to an editor, and a
// count that the editor cannot reproduce reads as a bug. The rules do not depend on the language.
const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

export default {
  async beforePublish({ data, context, api }) {
    // Where the admin keeps read:pages from a collection, its events carry ids alone. Said, not passed over:
    // a page that was not checked must not look like one that was.
    if (data.title === undefined) {
      const message = `Not checked: this plugin may not read pages in ${data.collection}.`;
      return { allow: true, issues: [{ severity: "info", message }] };
    }
    const { minTitleCharacters, minExcerptCharacters } = context.settings;
    const counts = { title: countCharacters(data.title), excerpt: countCharacters(data.excerpt) };
    const hasImage = data.image !== null && data.image.url !== "";

    const issues = [
      checkTitle(counts.title, minTitleCharacters),
      checkPreview(counts.excerpt, minExcerptCharacters, hasImage),
    ].filter((issue) => issue !== null);
    const finding: Finding = { counts, hasImage, issues, checkedAt: new Date().toISOString() };
    await api.kv.put(`findings/${data.pageId}`, JSON.stringify(finding));

    return { allow: issues.every(({ severity }) => severity !== "error"), issues };
  },
} satisfies Plugin<"hook:beforePublish" | "read:pages" | "write:kv", Settings>;

/** Space at the ends and runs of it inside are no characters that a reader sees. */
function countCharacters(text: string): number {
  const visible = text.trim().replace(/\s+/gu, " ");
  return [...graphemes.segment(visible)].length;
}

function checkTitle(count: number, minimum: number): Issue | null {
  if (count >= minimum) return null;
  const message = `Title has ${count} of ${minimum} characters; search results need more to go by.`;
  return { severity: "error", message, field: "title" };
}

/** Excerpt and image make up the preview in search results and feeds: one finding, one warning. */
function checkPreview(count: number, minimum: number, hasImage: boolean): Issue | null {
  const isShort = count < minimum;
  if (!isShort && hasImage) return null;
  const short = `Excerpt has ${count} of ${minimum} characters`;
  if (isShort && !hasImage) {
    return { severity: "warning", message: `${short}, and the image is missing.`, field: "excerpt" };
  }
  if (isShort) return { severity: "warning", message: `${short}.`, field: "excerpt" };
  return { severity: "warning", message: "The image is missing.", field: "image" };
}
