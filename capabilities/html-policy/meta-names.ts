// The metas that are no description of the page but an instruction to a browser, a script or a service.
// A name that is not listed passes: unknown metas are text to everybody.

interface RefusedMeta {
  readonly names: RegExp;
  readonly why: string;
}

const REFUSED_METAS: readonly RefusedMeta[] = [
  { names: /^referrer$/, why: "it decides what other sites learn of a reader: a setting of the page's own" },
  { names: /^viewport$/, why: "it can forbid zooming or break the layout: a setting of the page's own" },
  {
    names: /^(?:supported-)?color-schemes?$/,
    why: "it restyles the whole page: a setting of the page's own",
  },
  {
    names:
      /^(?:content-security-policy|content-type|content-language|default-style|origin-trial|permissions-policy|refresh|set-cookie|x-dns-prefetch-control|x-ua-compatible)/,
    why: "it names a header, and headers are the server's",
  },
  {
    names: /verif|^msvalidate/,
    why: "it proves to a service who owns the site: the site's owner puts it in, not a plugin",
  },
  { names: /^monetization$/, why: "it says who is paid for the page: the site's owner decides" },
  { names: /^(?:csrf|xsrf)/, why: "the page's own scripts trust this meta" },
  { names: /^(?:htmx-config|turbo-|turbolinks-)/, why: "the page's own scripts take orders from this meta" },
];

/** Why a meta of this name (in lower case) may not stand in a patch, or null when it may. */
export function whyNoMeta(name: string): string | null {
  return REFUSED_METAS.find(({ names }) => names.test(name))?.why ?? null;
}
