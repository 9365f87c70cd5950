// A plugin gives keys that are no well-formed text: lone surrogates, nothing, far too long.
import { it } from "vitest";
import { MAX_KV_KEY_BYTES } from "../../../contracts/limits.ts";
import { attack } from "../attack.ts";
import { trying } from "../plugin-text.ts";
import { expectEach } from "../told.ts";

const tried = {
  "a lone surrogate": 'api.kv.put("\\ud800", "x")',
  "a surrogate behind": 'api.kv.put("secret\\udc00", "x")',
  "two the wrong way round": 'api.kv.get("\\udc00\\ud800")',
  nothing: 'api.kv.put("", "x")',
  "a byte too long": `api.kv.put("k".repeat(${MAX_KV_KEY_BYTES + 1}), "x")`,
  "too long with its prefix": `api.kv.put("k".repeat(${MAX_KV_KEY_BYTES}), "x")`,
  "too long in bytes alone": `api.kv.get("\\u20ac".repeat(${Math.ceil(MAX_KV_KEY_BYTES / 3)}))`,
  "a megabyte": 'api.kv.delete("k".repeat(2 ** 20))',
  "a lone surrogate for a prefix": 'api.kv.list({ prefix: "\\ud800" })',
  "a prefix too long": `api.kv.list({ prefix: "k".repeat(${MAX_KV_KEY_BYTES + 1}) })`,
};

it("is refused each", async () => {
  const { told } = await attack(
    { code: trying(tried), scopes: ["hook:beforePublish", "read:kv", "write:kv"] },
    { refused: ["kv.read.get", "kv.read.list", "kv.write.delete", "kv.write.put"] },
  );
  expectEach(told, tried, /^INVALID_ARGUMENT: /);
});
