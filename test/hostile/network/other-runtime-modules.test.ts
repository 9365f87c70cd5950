// A plugin tries the runtime's own modules for what might bring a channel with it.
import { expect, it } from "vitest";
import { attack } from "../attack.ts";
import { trying } from "../plugin-text.ts";
import { expectEach } from "../told.ts";

it("has no mail, images or databases of the platform", async () => {
  const names = [
    "cloudflare:email",
    "cloudflare:images",
    "cloudflare:d1",
    "cloudflare:kv",
    "cloudflare:test",
  ];
  const imports = Object.fromEntries(names.map((name) => [name, `import("${name}")`]));
  const { told } = await attack({ code: trying(imports) });
  expectEach(told, imports, /^Error: No such module/);
});

it("has wrappers of bindings that it does not have", async () => {
  const uses = {
    ai: 'new (await import("cloudflare:ai")).Ai(undefined).run("model", {})',
    "ai with a fetcher of its own": 'new (await import("cloudflare:ai")).Ai({ fetch }).run("model", {})',
    server: '(await import("cloudflare:node")).handleAsNodeRequest(80, new Request("https://x.example/"))',
    services: "new (await import('cloudflare:workers')).ServiceStub()",
  };
  const { told } = await attack({ code: trying(uses) });
  expect(Object.keys(told)).toEqual(Object.keys(uses));
  for (const answer of Object.values(told)) expect(answer).not.toMatch(/^got /);
});
