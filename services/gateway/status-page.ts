// The plain status page: what runs here and where to look. It carries no script and asks for none.
import { VERSION } from "./version.ts";

const STYLE = `:root{color-scheme:light dark}body{font:1rem/1.6 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem}
code{font-size:.95em}h1{font-size:1.4rem}`;

const CSP =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** @param sites ids of the sites there are: a-z, 0-9 and hyphens, so they need no escaping */
export function renderStatusPage(sites: readonly string[]): Response {
  const list = sites.map((site) => `<li><a href="/sites/${site}/">${site}</a></li>`).join("");
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>emgate</title><style>${STYLE}</style></head>
<body><main><h1>emgate ${VERSION} is running</h1>
<p>The gateway that runs plugins for EmDash sites: each in a sandbox of its own, with signed scopes.</p>
<h2>Sites</h2>${list === "" ? "<p>None yet: <code>npx emgate sites create my-site</code></p>" : `<ul>${list}</ul>`}
<h2>For programs</h2><ul><li><a href="/health">/health</a></li>
<li><a href="/.well-known/jwks.json">/.well-known/jwks.json</a>: the keys that grants are signed with</li>
<li><code>/rpc</code>: capnweb, over WebSocket and HTTP batch</li></ul></main></body></html>`;
  return new Response(html, {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": CSP,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    },
  });
}
