// Puts «4 min read» under an article's title.
// It counts words in the content's HTML by a rule of thumb; it never parses or changes the content.
import type { Api, Page, Plugin } from "emgate/plugin";

type Scopes = "hook:renderHtml" | "read:pages" | "transform:html";

interface Settings {
  wordsPerMinute: number;
  selector: string;
}

/** Elements whose text nobody reads as part of the article. */
const UNREAD_ELEMENTS = /<(script|style|template|svg)\b[\s\S]*?<\/\1\s*>/gi;

// Chinese, Japanese and Thai put no space between words: the segmenter knows them by dictionary.
const words = new Intl.Segmenter(undefined, { granularity: "word" });

export default {
  async renderHtml({ data, context, api }) {
    if (data.kind !== "page" || data.pageId === null) return null;
    const page = await readPage(api, data.pageId);
    if (page === null) return null;
    const count = countWords(readText(page.html));
    if (count === 0) return null;
    const minutes = Math.max(1, Math.round(count / context.settings.wordsPerMinute));
    return api.html.transform({
      elements: [
        { selector: context.settings.selector, after: `<p class="reading-time">${minutes} min read</p>` },
      ],
    });
  },
} satisfies Plugin<Scopes, Settings>;

/** Null too for a page in a collection that the admin keeps from this plugin: no line there, and no failure. */
async function readPage(api: Api<Scopes>, id: string): Promise<Page | null> {
  try {
    return await api.pages.get(id);
  } catch (error) {
    if (error instanceof Error && error.name === "PermissionDenied") return null;
    throw error;
  }
}

/** The text of a fragment. Tags part words; an entity inside a word (`don&#39;t`) does not. */
function readText(html: string): string {
  return html
    .replace(UNREAD_ELEMENTS, " ")
    .replace(/<[^<>]*>/g, " ")
    .replace(/&nbsp;|&#160;/g, " ")
    .replace(/&[#\w]{1,32};/g, "");
}

function countWords(text: string): number {
  let count = 0;
  for (const { isWordLike } of words.segment(text)) if (isWordLike) count += 1;
  return count;
}
