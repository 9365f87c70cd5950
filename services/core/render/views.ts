// The content of each kind of public page, as HTML text. Pure: what it shows was read before.
import type { PageSummary } from "../../../contracts/page.ts";
import { pathOfPage } from "../context.ts";
import { escapeHtml } from "../html.ts";
import { rebaseUrl } from "./document.ts";

/** Where links lead: the site's path on this server, and the locale that needs no prefix. */
export interface LinkBase {
  readonly base: string;
  readonly siteLocale: string;
}

/** The start of an article: everything that a summary knows. The content follows it. */
export function renderArticleStart(page: PageSummary, { base }: LinkBase): string {
  const { image } = page;
  const figure =
    image === null
      ? ""
      : `<figure><img src="${escapeHtml(rebaseUrl(image.url, base))}" alt="${escapeHtml(image.alt)}"></figure>`;
  const lead = page.excerpt === "" ? "" : `<p class="lead">${escapeHtml(page.excerpt)}</p>`;
  return `<article>
<header>
<h1>${escapeHtml(page.title)}</h1>
${lead}${renderMeta(page)}${figure}
</header>
`;
}

/** The end of an article: its terms by their labels. */
export function renderArticleEnd(terms: readonly string[]): string {
  if (terms.length === 0) return "\n</article>";
  const items = terms.map((label) => `<li>${escapeHtml(label)}</li>`).join("");
  return `\n<footer><ul class="terms" aria-label="Filed under">${items}</ul></footer>\n</article>`;
}

export function renderHeading(title: string, lead: string): string {
  return `<header>
<h1>${escapeHtml(title)}</h1>
${lead === "" ? "" : `<p class="lead">${escapeHtml(lead)}</p>\n`}</header>
`;
}

/** Pages as a list, with a link to older ones when there are. */
export function renderEntries(pages: readonly PageSummary[], links: LinkBase, older: string | null): string {
  if (pages.length === 0) return "<p>Nothing has been published here yet.</p>";
  const items = pages.map((page) => renderEntry(page, links)).join("\n");
  const more =
    older === null
      ? ""
      : `\n<nav class="more" aria-label="Pages"><a rel="next" href="${escapeHtml(older)}">Older</a></nav>`;
  return `<ol class="entries">\n${items}\n</ol>${more}`;
}

export function renderSearchForm(query: string, { base }: LinkBase): string {
  return `<search><form action="${escapeHtml(base)}/search" method="get">
<input type="search" name="q" value="${escapeHtml(query)}" aria-label="Search this site" maxlength="200">
<button type="submit">Search</button>
</form></search>
`;
}

export function renderSearchResults(query: string, pages: readonly PageSummary[], links: LinkBase): string {
  if (query.trim() === "") return "<p>Type a word or two to search this site.</p>";
  if (pages.length === 0) return `<p>Nothing found for «${escapeHtml(query)}».</p>`;
  const count = pages.length === 1 ? "1 result" : `${pages.length} results`;
  return `<p class="count" role="status">${count} for «${escapeHtml(query)}»</p>
<ol class="entries">
${pages.map((page) => renderEntry(page, links)).join("\n")}
</ol>`;
}

function renderEntry(page: PageSummary, { base, siteLocale }: LinkBase): string {
  const href = escapeHtml(base + pathOfPage(page, siteLocale));
  const excerpt = page.excerpt === "" ? "" : `\n<p>${escapeHtml(page.excerpt)}</p>`;
  return `<li><article>
<h2><a href="${href}">${escapeHtml(page.title)}</a></h2>
${renderMeta(page)}${excerpt}
</article></li>`;
}

/** Byline and date. */
function renderMeta(page: PageSummary): string {
  const parts: string[] = [];
  if (page.authors.length > 0) {
    parts.push(`By <span class="byline">${escapeHtml(joinNames(page.authors, page.locale))}</span>`);
  }
  if (page.publishedAt !== null) {
    const date = formatDate(page.publishedAt, page.locale);
    parts.push(`<time datetime="${escapeHtml(page.publishedAt)}">${escapeHtml(date)}</time>`);
  }
  return parts.length === 0 ? "" : `<p class="meta">${parts.join(" · ")}</p>`;
}

function joinNames(names: readonly string[], locale: string): string {
  return new Intl.ListFormat(localeFor(locale), { type: "conjunction" }).format(names);
}

function formatDate(time: string, locale: string): string {
  return new Intl.DateTimeFormat(localeFor(locale), { dateStyle: "long", timeZone: "UTC" }).format(
    new Date(time),
  );
}

/** A site's locale is the admin's to name; one that no formatter knows must not cost the page. */
function localeFor(locale: string): string {
  try {
    return Intl.getCanonicalLocales(locale)[0] ?? "en";
  } catch {
    return "en";
  }
}
