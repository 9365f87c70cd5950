// A plugin takes the raw stub out of the shell and calls every method that there is, without a scope.
import { expect, it } from "vitest";
import { attack } from "../attack.ts";
import { trying } from "../plugin-text.ts";
import { expectEach } from "../told.ts";

const calls = {
  "pages.get": 'steal(api).pages.get("posts:secret")',
  "pages.list": "steal(api).pages.list()",
  "kv.get": 'steal(api).kv.get("secret")',
  "kv.getWithMetadata": 'steal(api).kv.getWithMetadata("secret")',
  "kv.list": "steal(api).kv.list()",
  "kv.put": 'steal(api).kv.put("k", "v")',
  "kv.delete": 'steal(api).kv.delete("secret")',
  "db.first": 'steal(api).db.first({ sql: "SELECT 1" })',
  "db.all": 'steal(api).db.all({ sql: "SELECT 1" })',
  "db.run": 'steal(api).db.run({ sql: "SELECT 1" })',
  "db.raw": 'steal(api).db.raw({ sql: "SELECT 1" })',
  "db.batch": 'steal(api).db.batch([{ sql: "SELECT 1" }])',
  "db.exec": 'steal(api).db.exec("SELECT 1")',
  "html.transform": "steal(api).html.transform({})",
  "html.apply": 'steal(api).html.apply("", {})',
  "a method with a NUL behind": 'steal(api).kv["put\\0"]("k", "v")',
  "a method of a dup": 'steal(api).dup().kv.put("k", "v")',
};

it("meets the same guard in each", async () => {
  const { told } = await attack(
    { code: trying(calls) },
    {
      refused: [
        "db.all",
        "db.batch",
        "db.exec",
        "db.first",
        "db.raw",
        "db.run",
        "html.transform.apply",
        "html.transform.transform",
        "kv.read.get",
        "kv.read.getWithMetadata",
        "kv.read.list",
        "kv.write.delete",
        "kv.write.put",
        "pages.read.get",
        "pages.read.list",
      ],
    },
  );
  expectEach(told, calls, /^PERMISSION_DENIED: this call needs the scope/);
  expect(Object.keys(told)).toHaveLength(17);
});
