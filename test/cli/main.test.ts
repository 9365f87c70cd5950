// The command line: exit statuses, one JSON document, help with examples, suggestions.
// In this process, with streams of its own; no server is there.
import { expect, it } from "vitest";
import { main } from "../../cli/main.ts";
import type { Io } from "../../cli/program/io.ts";

async function run(...args: string[]) {
  const out: string[] = [];
  const error: string[] = [];
  const io: Io = {
    env: { EMGATE_URL: "http://127.0.0.1:9" },
    cwd: "/",
    canAsk: false,
    writeOut: async (text) => void out.push(text),
    writeError: async (text) => void error.push(text),
    readStdin: async () => "",
    confirm: async () => false,
    paintOut: (_colour, text) => text,
    paintError: (_colour, text) => text,
  };
  const status = await main(args, io);
  return { status, out: out.join(""), error: error.join("") };
}

const COMMANDS = [
  ["serve"],
  ["run"],
  ["sites", "list"],
  ["sites", "create"],
  ["import"],
  ["publish"],
  ["plugins"],
  ["install"],
  ["grant"],
  ["grants"],
  ["revoke"],
  ["hook"],
  ["tokens", "create"],
  ["tokens", "list"],
  ["tokens", "revoke"],
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
