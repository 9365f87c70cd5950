// The document around every public page: what comes before its content, and what comes after.
// It puts no description, canonical or social tags there: those are the plugins' to add, once.
import { escapeHtml } from "../html.ts";
import type { MenuLink, SiteSettings } from "../site.ts";
import { STYLE } from "./style.ts";

export interface DocumentFrame {
  readonly site: SiteSettings;
  /** The site's path on this server, without a trailing slash. */
  readonly base: string;
  readonly title: string;
  readonly locale: string;
}

/** Everything up to the inside of `<main>`. */
export function openDocument({ site, base, title, locale }: DocumentFrame): string {
  const links = site.menu.map((link) => `<li>${renderLink(link, base)}</li>`).join("");
  return `<!doctype html>
<html lang="${escapeHtml(locale)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<a class="skip" href="#content">Skip to content</a>
<header class="site">
<a class="name" href="${escapeHtml(base)}/">${escapeHtml(site.title)}</a>
<nav aria-label="Main"><ul>${links}<li><a href="${escapeHtml(base)}/search">Search</a></li></ul></nav>
</header>
<main id="content">
`;
}

export function closeDocument({ site }: DocumentFrame): string {
  const tagline = site.tagline === "" ? "" : ` · ${escapeHtml(site.tagline)}`;
  return `
</main>
<footer class="foot"><p>${escapeHtml(site.title)}${tagline}</p></footer>
</body>
</html>
`;
}

/** Addresses that start at the site's root start at its place on this server. */
export function rebaseUrl(url: string, base: string): string {
  return url.startsWith("/") && !url.startsWith("//") ? base + url : url;
}

/** The same inside content, where this service wrote every attribute in double quotes and escaped every text. */
export function rebaseHtml(html: string, base: string): string {
  return html.replace(/ (href|src)="\/(?!\/)/g, (_match, name: string) => ` ${name}="${escapeHtml(base)}/`);
}

function renderLink({ label, url }: MenuLink, base: string): string {
  return `<a href="${escapeHtml(rebaseUrl(url, base))}">${escapeHtml(label)}</a>`;
}
