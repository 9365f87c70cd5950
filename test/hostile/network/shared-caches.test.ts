// A plugin puts something where another plugin, or the gateway, might read it: the caches of the platform.
import { it } from "vitest";
import { attack } from "../attack.ts";
import { trying } from "../plugin-text.ts";
import { expectEach } from "../told.ts";

const kept = 'new Response("x", { headers: { "cache-control": "max-age=60" } })';
const uses = {
  put: `caches.default.put("https://x.example/", ${kept})`,
  match: 'caches.default.match("https://x.example/")',
  delete: 'caches.default.delete("https://x.example/")',
  "a cache with a name": 'caches.open("shared").then((cache) => cache.match("https://x.example/"))',
  "a cache with a name, put": `caches.open("shared").then((cache) => cache.put("https://x.example/", ${kept}))`,
};

it("has no cache", async () => {
  const { told } = await attack({ code: trying(uses) });
  expectEach(told, uses, /^Error: No Cache was configured/);
});

it("cannot purge one", async () => {
  const purges = {
    "of the module": '(await import("cloudflare:workers")).cache.purge({ tags: ["x"] })',
    "of everything": '(await import("cloudflare:workers")).cache.purge({ purgeEverything: true })',
  };
  const { told } = await attack({ code: trying(purges) });
  expectEach(told, purges, /^TypeError: /);
});
