// Keeps feed.json, a JSON Feed (jsonfeed.org, version 1.1) of the newest publications.
// A delivery that is tried again adds nothing, and two at the same moment lose nothing.
import type { Api, Plugin, PluginEvents } from "emgate/plugin";

type Scopes = "hook:afterPublish" | "read:pages" | "read:kv" | "write:kv";

/** One publication; `id` is the delivery's idempotency key, the same for every try. */
interface FeedItem {
  id: string;
  url: string;
  title: string;
  summary: string;
  /** ISO 8601, UTC. */
  date_published: string;
  tags: string[];
}

interface Feed {
  version: "https://jsonfeed.org/version/1.1";
  title: string;
  home_page_url: string;
  items: FeedItem[];
}

const FEED_KEY = "feed.json";
const ENTRY_PREFIX = "entries/";
const MAX_ITEMS = 50;

export default {
  async afterPublish({ data, context, api }) {
    // Where the admin keeps read:pages from a collection, its events carry ids alone: nothing to tell of.
    if (data.title === undefined) return;
    const item = describePublication(data, context.idempotencyKey, context.siteUrl);
    // A key of its own first: whoever rebuilds the feed next finds this item, even if this call ends here.
    await api.kv.put(ENTRY_PREFIX + item.id, JSON.stringify(item));

    const items = await collectItems(api, item);
    const kept = items.slice(0, MAX_ITEMS);
    const feed: Feed = {
      version: "https://jsonfeed.org/version/1.1",
      title: context.siteName,
      home_page_url: context.siteUrl,
      items: kept,
    };
    await api.kv.put(FEED_KEY, JSON.stringify(feed));
    for (const { id } of items.slice(MAX_ITEMS)) await api.kv.delete(ENTRY_PREFIX + id);
  },
} satisfies Plugin<Scopes>;

function describePublication(
  data: PluginEvents<Scopes>["afterPublish"],
  id: string,
  siteUrl: string,
): FeedItem {
  const firstPublished = data.publishedAt ?? data.updatedAt;
  return {
    id,
    url: URL.parse(data.url, siteUrl)?.href ?? siteUrl,
    title: data.title,
    summary: data.excerpt,
    // From the event, not from the clock: each try must write the same.
    date_published: data.isUpdate ? data.updatedAt || firstPublished : firstPublished,
    tags: [data.isUpdate ? "updated" : "published"],
  };
}

/** Every item, newest first: those of the feed, `newest`, and entries that another call has just written. */
async function collectItems(api: Api<Scopes>, newest: FeedItem): Promise<FeedItem[]> {
  const feed = await api.kv.get<Feed>(FEED_KEY, "json");
  const items = new Map((feed?.items ?? []).map((item) => [item.id, item]));
  items.set(newest.id, newest);
  // Never more than the feed's own and a few on their way: older entries are deleted.
  const { keys } = await api.kv.list({ prefix: ENTRY_PREFIX });
  for (const { name } of keys) {
    if (items.has(name.slice(ENTRY_PREFIX.length))) continue;
    const item = await api.kv.get<FeedItem>(name, "json");
    if (item !== null) items.set(item.id, item);
  }
  return [...items.values()].sort((a, b) => b.date_published.localeCompare(a.date_published));
}
