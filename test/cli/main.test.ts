// The command line: exit statuses, one JSON document, help with examples, suggestions.
// In this process, with streams of its own; no server is there.
import { expect, it } from "vitest";
import { runMain } from "./stand-in-io.ts";

const run = (...args: string[]) => runMain(args);

const COMMANDS = [
  ["serve"],
  ["run"],
  ["login"],
  ["logout"],
  ["sites", "list"],
  ["sites", "create"],
  ["import"],
  ["publish"],
  ["plugins"],
  ["install"],
  ["update"],
  ["disable"],
  ["enable"],
  ["uninstall"],
  ["order"],
  ["settings", "get"],
  ["settings", "set"],
  ["policy", "get"],
  ["policy", "set"],
  ["grant"],
  ["grants"],
  ["renew"],
  ["revoke"],
  ["audit"],
  ["hook"],
  ["tokens", "create"],
  ["tokens", "list"],
  ["tokens", "revoke"],
  ["keys", "list"],
  ["keys", "rotate"],
  ["keys", "retire"],
  ["data", "list"],
  ["data", "export"],
  ["data", "delete"],
  ["yank"],
];

it.each(COMMANDS.map((words) => [words]))("%s has help with an example", async (words) => {
  const { status, out, error } = await run(...words, "--help");
  expect(status).toBe(0);
  expect(out).toContain(`Usage: emgate ${words.join(" ")}`);
  expect(out).toMatch(new RegExp(`\\n {2}\\$ .*emgate ${words.join(" ")}`));
  expect(error).toBe("");
});

it("prints its version", async () => {
  expect(await run("--version")).toMatchObject({
    status: 0,
    out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
  });
});

it.each([
  ["an unknown command", ["publsh"], /unknown command 'publsh'\n\(Did you mean publish\?\)/],
  ["an unknown option", ["plugins", "--site", "demo", "--colour"], /unknown option '--colour'/],
  ["a missing argument", ["publish", "--site", "demo"], /missing required argument 'page'/],
  ["a missing option", ["plugins"], /required option '--site <id>' not specified/],
  ["a bad value", ["plugins", "--site", "No Site"], /expected a site id/],
  ["one argument too many", ["plugins", "demo", "--site", "demo"], /too many arguments/],
  ["a hook that does not exist", ["run", ".", "--hook", "nope", "--event", "-"], /Allowed choices are/],
  ["a group without a command", ["sites"], /a command is missing/],
  ["nothing at all", [], /a command is missing/],
  ["consent that nobody can give", ["grant", "seo-check", "--site", "demo"], /no terminal to ask on; --yes/],
  [
    "--only without scopes",
    ["grant", "seo-check", "--site", "demo", "--only", "--yes"],
    /--only needs --scope/,
  ],
  [
    "a plugin that is neither id nor path",
    ["install", "My Plugin", "--site", "demo"],
    /neither a plugin's id/,
  ],
  [
    "an update to no version",
    ["update", "seo-check", "--site", "demo", "--to", "newest"],
    /a semantic version/,
  ],
  ["disabling without a site", ["disable", "seo-check"], /required option '--site <id>'/],
  ["enabling what is no plugin", ["enable", "SEO", "--site", "demo"], /expected a plugin id/],
  ["an uninstall that nobody confirms", ["uninstall", "seo-check", "--site", "demo"], /--yes/],
  ["an order of what is no plugin", ["order", "--site", "demo", "seo-check", "No 1"], /expected a plugin id/],
  ["a policy that does not exist", ["policy", "set", "--site", "demo", "gate=maybe"], /gate=refuse\|allow/],
  ["a policy without a change", ["policy", "set", "--site", "demo"], /missing required argument/],
  ["settings without a change", ["settings", "set", "seo-check", "--site", "demo"], /nothing to change/],
  ["a setting without a name", ["settings", "set", "seo-check", "--site", "demo", "=1"], /name=value/],
  ["settings of no plugin", ["settings", "get", "--site", "demo"], /missing required argument/],
  ["a renewal that nobody confirms", ["renew", "seo-check", "--site", "demo"], /--yes/],
  [
    "a scope that does not exist",
    ["revoke", "seo-check", "--site", "demo", "--scope", "fly"],
    /is not a scope/,
  ],
  ["a reason without words", ["revoke", "seo-check", "--site", "demo", "--reason", ""], /--reason/],
  [
    "a caveat in the wrong form",
    ["grant", "x1", "--site", "demo", "--caveat", "write:kv maxBytes=1MB"],
    /maxBytes=1048576/,
  ],
  ["an audit from no time", ["audit", "--since", "yesterday"], /expected a span such as 24h/],
  ["an audit of no kind", ["audit", "--kind", "gossip"], /Allowed choices are consent/],
  ["retiring a key that nobody confirms", ["keys", "retire", "k1"], /--yes/],
  ["a key group without a command", ["keys"], /a command is missing/],
  ["a yank without a reason", ["yank", "seo-check", "1.0.0", "--yes"], /required option '--reason/],
  ["a yank that nobody confirms", ["yank", "seo-check", "1.0.0", "--reason", "r"], /--yes/],
  ["tokens of no role", ["tokens", "create", "--role", "king"], /Allowed choices are operator/],
  ["tokens of no site", ["tokens", "list", "--site", "No Site"], /expected a site id/],
  ["a logout with arguments", ["logout", "now"], /too many arguments/],
  ["an address that is none", ["plugins", "--site", "demo", "--url", "nowhere"], /is not an address/],
])("ends with 64 for %s", async (_name, args, message) => {
  const { status, out, error } = await run(...args);
  expect(status).toBe(64);
  expect(error).toMatch(message);
  expect(out).toBe("");
});

it("does not repeat the value of a mistyped option: it may be a token", async () => {
  const { status, out, error } = await run("plugins", "--site", "demo", "--tokn=a-secret", "--json");
  expect(status).toBe(64);
  expect(error).toContain("unknown option '--tokn=…'");
  expect(out + error).not.toContain("a-secret");
});

it("prints wrong usage as one JSON document under --json", async () => {
  const { status, out } = await run("publsh", "--json");
  expect(status).toBe(64);
  expect(JSON.parse(out)).toEqual({
    error: { code: "INVALID_ARGUMENT", message: expect.stringContaining("publsh") },
  });
});

it("ends with 1 and names the server when none is there", async () => {
  const { status, out, error } = await run("plugins", "--site", "demo", "--json");
  expect(status).toBe(1);
  expect(JSON.parse(out)).toMatchObject({ error: { code: "UNAVAILABLE" } });
  expect(error).toMatch(/http:\/\/127\.0\.0\.1:9.*npm start/);
  expect(error).not.toMatch(/\n\s+at /);
});

it("ends with 1 and names a file that is not there", async () => {
  const { status, error } = await run("import", "absent.seed.json", "--site", "studio");
  expect(status).toBe(1);
  expect(error).toContain("/absent.seed.json");
});
