// A plugin imports modules by address, or from places in the host's bundle.
import { it } from "vitest";
import { attack } from "../attack.ts";
import { trying } from "../plugin-text.ts";
import { expectEach } from "../told.ts";

const addresses = [
  "https://example.com/x.js",
  "http://localhost/x.js",
  "//example.com/x.js",
  "file:///etc/passwd",
  "npm:left-pad",
  "other.js",
  "../index.js",
  "/services/gateway/index.ts",
  "../../services/grants/keys.ts",
  "cloudflare-internal:workers",
  "cloudflare-internal:sockets",
  "node-internal:process",
];

it("finds no module there", async () => {
  const imports = Object.fromEntries(addresses.map((address) => [address, `import("${address}")`]));
  const { told } = await attack({ code: trying(imports) });
  expectEach(told, imports, /^Error: No such module/);
});

it("does not start with such an import in its module's text", async () => {
  const code = 'import "https://example.com/x.js"; export default { beforePublish() { return true; } };';
  await attack({ code }, { ends: ["error", "PLUGIN_ERROR"] });
});
