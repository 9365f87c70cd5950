// A plugin dresses a fetch up: requests, subclasses, getters, redirects and the platform's own options.
import { it } from "vitest";
import { attack } from "../attack.ts";
import { trying } from "../plugin-text.ts";
import { expectEach } from "../told.ts";

const disguises = {
  "a Request": 'fetch(new Request("https://example.com/", { method: "POST", body: "x" }))',
  "a Request of a Request": 'fetch(new Request(new Request("https://example.com/")))',
  "a subclass":
    'fetch(new (class extends Request { get url() { return "data:,x"; } })("https://example.com/"))',
  "a text made late": 'fetch({ toString: () => "https://example.com/" })',
  "a URL": 'fetch(new URL("https://example.com/"))',
  "a stream for a body":
    'fetch("https://example.com/", { method: "POST", body: new IdentityTransformStream().readable })',
  "an upgrade": 'fetch("https://example.com/", { headers: { upgrade: "websocket" } })',
  "options of the platform":
    'fetch("https://example.com/", { cf: { resolveOverride: "localhost", cacheEverything: true } })',
  "no redirects": 'fetch("https://example.com/", { redirect: "manual" })',
  "a fetcher of its own": 'fetch("https://example.com/", { fetcher: { fetch: () => new Response("mine") } })',
  "another receiver": 'fetch.call(undefined, "https://example.com/")',
  "the prototype's fetch":
    'Object.getPrototypeOf(globalThis).fetch?.call(globalThis, "https://example.com/") ?? fetch("https://example.com/")',
};

it("goes nowhere", async () => {
  const { told } = await attack({ code: trying(disguises) });
  expectEach(told, disguises, /not permitted to access the internet|^TypeError: /);
});
