// A plugin hands the host its own stubs back: the root, a family, a method, a promise of one.
import { it } from "vitest";
import { attack } from "../attack.ts";
import { trying } from "../plugin-text.ts";
import { expectEach } from "../told.ts";

const calls = {
  "the root as a key": "api.kv.get(steal(api))",
  "a family as a key": "api.kv.get(steal(api).kv.dup?.() ?? steal(api).kv)",
  "the root as a value": 'api.kv.put("k", steal(api))',
  "a dup as a value": 'api.kv.put("k", steal(api).dup())',
  "the root inside a value": 'api.kv.put("k", "v", { metadata: { stub: steal(api) } })',
  "the root as a page": "api.pages.get(steal(api))",
  "the root as a patch": "api.html.transform(steal(api))",
  "the root as options": "api.kv.list(steal(api))",
  "the root as lines": "steal(api).log.write([steal(api)])",
};

it("is refused: nothing is looked for on them", async () => {
  const scopes = ["hook:beforePublish", "read:kv", "write:kv", "read:pages", "transform:html"] as const;
  const { told } = await attack(
    { code: trying(calls), scopes },
    {
      refused: ["html.transform.transform", "kv.read.get", "kv.read.list", "kv.write.put", "pages.read.get"],
    },
  );
  expectEach(told, calls, /^(INVALID_ARGUMENT: |25: Could not serialize)/);
});
