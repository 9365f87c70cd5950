// A plugin imports text or bytes that it made up as a module.
import { it } from "vitest";
import { attack } from "../attack.ts";
import { trying } from "../plugin-text.ts";
import { expectEach } from "../told.ts";

const spellings = {
  "a data URL": 'import("data:text/javascript,export default 1")',
  "a data URL in base64": 'import("data:text/javascript;base64," + btoa("export default 1"))',
  "a data URL of JSON": 'import("data:application/json,1", { with: { type: "json" } })',
  "a blob URL": 'import("blob:https://x.example/1")',
  "a javascript URL": 'import("javascript:1")',
};

it("imports nothing that is not in its bundle", async () => {
  const { told } = await attack({ code: trying(spellings) });
  expectEach(told, spellings, /^Error: (No such module|Unrecognized import attributes)/);
});

it("makes no address for a blob", async () => {
  const urls = { createObjectURL: 'URL.createObjectURL(new Blob(["export default 1"]))' };
  const { told } = await attack({ code: trying(urls) });
  expectEach(told, urls, /^Error: .*not implemented/);
});
