// A plugin opens TCP connections by the runtime's own module.
import { it } from "vitest";
import { attack } from "../attack.ts";
import { trying } from "../plugin-text.ts";
import { expectEach } from "../told.ts";

const sockets = {
  "an address": 'connect("example.com:80").opened',
  "this machine": 'connect("127.0.0.1:80").opened',
  "an object": 'connect({ hostname: "169.254.169.254", port: 80 }).opened',
  TLS: 'connect({ hostname: "example.com", port: 443 }, { secureTransport: "on" }).opened',
  "TLS later": 'connect("example.com:25", { secureTransport: "starttls" }).startTls().opened',
  "what is written":
    '(async () => { const s = connect("example.com:80"); await s.writable.getWriter().write(new Uint8Array(1)); })()',
  "HTTP over one":
    'internalNewHttpClient(connect("127.0.0.1:80")).then((client) => client.fetch("http://127.0.0.1/"))',
};

it("opens none", async () => {
  const prelude = 'const { connect, internalNewHttpClient } = await import("cloudflare:sockets");';
  const { told } = await attack({ code: trying(sockets, prelude) });
  expectEach(told, sockets, /not permitted to access the internet|^TypeError: .*(?:reset|closed|starttls)/);
});
