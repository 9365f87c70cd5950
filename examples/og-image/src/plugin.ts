// Adds what a shared link shows: Open Graph, a Twitter card, the canonical link and JSON-LD.
// It writes into the head only, and every value from the site is escaped before it becomes markup.
import type { JsonObject, PageSummary, Plugin, PluginContext } from "emgate/plugin";

interface Settings {
  defaultImage: string;
  twitterSite: string;
}

type Context = PluginContext<Settings>;
interface Image {
  url: string;
  alt: string;
}

export default {
  async renderHtml({ data, context, api }) {
    // Search pages are not shared, and a page that may not be read has nothing to say.
    if (data.kind === "search") return null;
    // The path is the page's within its site; a site that lives below a path has only the address right.
    const address = data.url || data.path;
    if (data.kind !== "page") return api.html.transform({ appendHead: renderSiteHead(address, context) });
    if (!data.page) return null;
    return api.html.transform({ appendHead: renderPageHead(data.page, context) });
  },
} satisfies Plugin<"hook:renderHtml" | "read:pages" | "transform:html", Settings>;

function renderSiteHead(address: string, context: Context): string {
  const url = toAbsoluteUrl(address, context);
  return [
    renderMeta("property", "og:type", "website"),
    renderMeta("property", "og:title", context.siteName),
    renderMeta("property", "og:url", url),
    renderMeta("property", "og:site_name", context.siteName),
    renderMeta("property", "og:locale", toOpenGraphLocale(context.locale)),
    renderMeta("name", "twitter:card", "summary"),
    renderMeta("name", "twitter:site", context.settings.twitterSite),
    renderCanonical(url),
  ].join("");
}

function renderPageHead(page: PageSummary, context: Context): string {
  const url = toAbsoluteUrl(page.url, context);
  const image = pickImage(page, context);
  return [
    renderMeta("property", "og:type", "article"),
    renderMeta("property", "og:title", page.title),
    renderMeta("property", "og:description", page.excerpt),
    renderMeta("property", "og:url", url),
    renderMeta("property", "og:image", image.url),
    renderMeta("property", "og:image:alt", image.alt),
    renderMeta("property", "og:site_name", context.siteName),
    renderMeta("property", "og:locale", toOpenGraphLocale(page.locale)),
    renderMeta("property", "article:published_time", page.publishedAt ?? ""),
    renderMeta("property", "article:modified_time", page.updatedAt),
    renderMeta("name", "twitter:card", image.url === "" ? "summary" : "summary_large_image"),
    renderMeta("name", "twitter:site", context.settings.twitterSite),
    renderCanonical(url),
    renderJsonLd(describeArticle(page, url, image, context)),
  ].join("");
}

function pickImage(page: PageSummary, context: Context): Image {
  const image = page.image ?? { url: context.settings.defaultImage, alt: "" };
  const url = toAbsoluteUrl(image.url, context);
  return { url, alt: url === "" ? "" : image.alt };
}

/** schema.org/Article; keys whose value is undefined are left out by JSON. */
function describeArticle(page: PageSummary, url: string, image: Image, context: Context): JsonObject {
  return {
    "@context": "https://schema.org",
    "@type": "Article",
    headline: page.title,
    inLanguage: page.locale,
    ...(page.excerpt !== "" && { description: page.excerpt }),
    ...(image.url !== "" && { image: image.url }),
    ...(page.publishedAt !== null && { datePublished: page.publishedAt }),
    ...(page.updatedAt !== "" && { dateModified: page.updatedAt }),
    ...(page.authors.length > 0 && { author: page.authors.map((name) => ({ "@type": "Person", name })) }),
    ...(url !== "" && { mainEntityOfPage: url }),
    publisher: { "@type": "Organization", name: context.siteName },
  };
}

/** Nothing for an empty value: an empty tag is worse than none. */
function renderMeta(key: "name" | "property", name: string, content: string): string {
  return content === "" ? "" : `<meta ${key}="${name}" content="${escapeAttribute(content)}">`;
}

function renderCanonical(url: string): string {
  return url === "" ? "" : `<link rel="canonical" href="${escapeAttribute(url)}">`;
}

/** `<` as an escape: a title that holds «</script>» must not end the element. */
function renderJsonLd(value: JsonObject): string {
  return `<script type="application/ld+json">${JSON.stringify(value).replaceAll("<", "\\u003c")}</script>`;
}

function escapeAttribute(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll('"', "&quot;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}

/** Crawlers need absolute URLs; empty for what is no http address. */
function toAbsoluteUrl(url: string, context: Context): string {
  const absolute = url === "" ? null : URL.parse(url, context.siteUrl);
  return absolute && /^https?:$/.test(absolute.protocol) ? absolute.href : "";
}

/** Open Graph writes language_TERRITORY where HTML writes language-TERRITORY. */
function toOpenGraphLocale(locale: string): string {
  return locale.replaceAll("-", "_");
}
