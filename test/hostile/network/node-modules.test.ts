// A plugin asks for Node's modules, under both spellings: network, files, processes and the rest.
import { it } from "vitest";
import { attack } from "../attack.ts";
import { trying } from "../plugin-text.ts";
import { expectEach } from "../told.ts";

const network = ["net", "http", "https", "http2", "dns", "dns/promises", "tls", "dgram"];
const machine = [
  "fs",
  "fs/promises",
  "os",
  "path",
  "child_process",
  "cluster",
  "async_hooks",
  "buffer",
  "crypto",
];
const rest = [
  "events",
  "util",
  "stream",
  "diagnostics_channel",
  "perf_hooks",
  "module",
  "sqlite",
  "test",
  "sys",
  "wasi",
];

it("is given none of them", async () => {
  const names = [...network, ...machine, ...rest].flatMap((name) => [name, `node:${name}`]);
  const imports = Object.fromEntries(names.map((name) => [name, `import("${name}")`]));
  const { told } = await attack({ code: trying(imports) });
  expectEach(told, imports, /^Error: No such module/);
});
