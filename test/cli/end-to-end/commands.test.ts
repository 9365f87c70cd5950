// The commands against one real server: what each does, its exit status, and that stdout is one JSON document.
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  findFreePort,
  makeCommand,
  makeWorkplace,
  readOperatorToken,
  runEmgate,
  type Server,
  startServer,
  type Workplace,
} from "./emgate.ts";
import { CHECK_TITLE, PAGE, SEED, writePlugin } from "./fixtures.ts";

let place: Workplace;
let server: Server;
let operatorToken: string;
let emgate: ReturnType<typeof makeCommand>;

beforeAll(async () => {
  place = makeWorkplace();
  place.write("seed.json", SEED);
  place.write("event.json", PAGE);
  place.write("short.json", { ...PAGE, title: "Short" });
  writePlugin(place, "title-check", CHECK_TITLE);
  server = await startServer(["--port", String(await findFreePort())], { cwd: place.path });
  operatorToken = readOperatorToken(place);
  emgate = makeCommand(place, operatorToken);
});
afterAll(async () => {
  await server.stop();
  place.remove();
});

it("imports a seed: makes the site, refuses what is there, skips or replaces on request", async () => {
  const report = { replaced: 0, skipped: 0, collections: { posts: 2 } };
  expect(await emgate("import", "seed.json", "--site", "imported")).toMatchObject({
    status: 0,
    json: { ...report, created: 2, siteCreated: true },
  });
  expect(await emgate("import", "seed.json", "--site", "imported")).toMatchObject({
    status: 1,
    json: { error: { code: "CONFLICT" } },
  });
  expect(await emgate("import", "seed.json", "--site", "imported", "--on-conflict", "skip")).toMatchObject({
    status: 0,
    json: { created: 0, skipped: 2, siteCreated: false },
  });
  expect(await emgate("import", "seed.json", "--site", "imported", "--on-conflict", "replace")).toMatchObject(
    {
      status: 0,
      json: { created: 0, replaced: 2 },
    },
  );
});

it("takes a plugin from its folder to a refused publication, and back by revoking it", async () => {
  await emgate("import", "seed.json", "--site", "studio");
  expect(await emgate("install", "./title-check", "--site", "studio")).toMatchObject({
    status: 0,
    json: { plugin: "title-check", version: "1.0.0", status: "needs-consent" },
  });
  expect(await emgate("plugins", "--site", "studio")).toMatchObject({
    status: 0,
    json: [{ plugin: "title-check", status: "needs-consent" }],
  });
  const granted = await emgate("grant", "title-check", "--site", "studio", "--yes", "--expires", "1h");
  expect(granted).toMatchObject({ status: 0, json: { plugin: "title-check", status: "live" } });
  expect(granted.error).toContain("This plugin can hold up or stop a publication in all collections.");

  expect(await emgate("publish", "posts/too-short", "--site", "studio")).toMatchObject({
    status: 1,
    json: { published: false, outcome: { refusedBy: ["title-check"] } },
  });
  expect(await emgate("publish", "posts/long-enough", "--site", "studio")).toMatchObject({
    status: 0,
    json: { published: true, url: expect.stringContaining("long-enough") },
  });
  const words = await runEmgate(["publish", "posts/too-short", "--site", "studio"], { cwd: place.path });
  expect(words.out).toMatch(
    /refused .*, by title-check\n {2}error title-check \(title\): the title is too short\n$/,
  );

  const revoked = await emgate("revoke", "title-check", "--site", "studio");
  expect(revoked.status).toBe(0);
  expect(Object.keys(revoked.json).sort()).toEqual(["drainedMs", "epoch", "jti", "replacedBy", "revokedAt"]);
  expect(revoked.json.jti).toBe(granted.json.jti);
  expect(await emgate("publish", "posts/too-short", "--site", "studio")).toMatchObject({ status: 0 });
  expect(await emgate("grants", "--site", "studio")).toMatchObject({
    status: 0,
    json: [{ plugin: "title-check", jti: granted.json.jti, status: "revoked" }],
  });
});

it("narrows a grant, adds to it, and takes back all but the named scopes", async () => {
  await emgate("sites", "create", "scoped");
  await emgate("install", "./title-check", "--site", "scoped");
  const grant = (...args: string[]) => emgate("grant", "title-check", "--site", "scoped", "--yes", ...args);
  const first = await grant(
    "--scope",
    "hook:beforePublish",
    "--caveat",
    "hook:beforePublish collections=posts",
  );
  expect(first.json.scope).toBe("hook:beforePublish");
  const second = await grant("--scope", "read:pages");
  expect(second.json).toMatchObject({
    scope: "hook:beforePublish read:pages",
    authorization: [
      { scope: "hook:beforePublish", caveats: { collections: ["posts"] } },
      { scope: "read:pages", caveats: {} },
    ],
  });
  expect((await grant("--scope", "write:kv", "--only")).json.scope).toBe("write:kv");
  const undeclared = await grant("--scope", "transform:html");
  expect(undeclared).toMatchObject({ status: 1, json: { error: { code: expect.any(String) } } });
});

it("calls a hook as core would, with the event from a file or stdin", async () => {
  await emgate("sites", "create", "hooked");
  await emgate("install", "./title-check", "--site", "hooked");
  await emgate("grant", "title-check", "--site", "hooked", "--yes");
  const hook = (event: string) => emgate("hook", "beforePublish", "--site", "hooked", "--event", event);
  expect(await hook("event.json")).toMatchObject({
    status: 0,
    json: { allow: true, trace: { plugins: [{ plugin: "title-check", outcome: "ok" }] } },
  });
  expect(await hook("short.json")).toMatchObject({
    status: 1,
    json: { allow: false, issues: [{ plugin: "title-check", severity: "error" }] },
  });
  const args = ["hook", "beforePublish", "--site", "hooked", "--event", "-", "--json"];
  const piped = await runEmgate(args, { cwd: place.path, stdin: JSON.stringify(PAGE) });
  expect(JSON.parse(piped.out)).toMatchObject({ allow: true });
  expect(await emgate("hook", "beforeLunch", "--site", "hooked", "--event", "event.json")).toMatchObject({
    status: 1,
    json: { error: { code: "HOOK_UNKNOWN" } },
  });
});

it("makes tokens that open what their role may do, and revokes them", async () => {
  await emgate("sites", "create", "shared");
  const made = await emgate(
    "tokens",
    "create",
    "--role",
    "viewer",
    "--site",
    "shared",
    "--label",
    "guest",
    "--expires",
    "1h",
  );
  expect(made).toMatchObject({ status: 0, json: { role: "viewer", site: "shared", label: "guest" } });
  const asViewer = (...args: string[]) => emgate(...args, "--token", made.json.token);
  expect(await asViewer("plugins", "--site", "shared")).toMatchObject({ status: 0, json: [] });
  expect(await asViewer("revoke", "title-check", "--site", "shared")).toMatchObject({
    status: 1,
    json: { error: { code: "PERMISSION_DENIED" } },
  });
  expect((await emgate("tokens", "list")).json).toEqual(
    expect.arrayContaining([expect.objectContaining({ id: made.json.id, label: "guest" })]),
  );
  expect(await emgate("tokens", "revoke", made.json.id)).toMatchObject({
    status: 0,
    json: { revoked: true },
  });
  expect(await asViewer("plugins", "--site", "shared")).toMatchObject({
    status: 1,
    json: { error: { code: "UNAUTHENTICATED" } },
  });
  expect(await emgate("tokens", "revoke", made.json.id)).toMatchObject({ status: 1 });
});

it.each([
  ["a site that does not exist", ["plugins", "--site", "nowhere"], "NOT_FOUND"],
  ["a page that does not exist", ["publish", "posts/none", "--site", "imported"], "NOT_FOUND"],
  ["a plugin that nobody registered", ["install", "no-such-plugin", "--site", "imported"], "NOT_FOUND"],
  ["a folder without a plugin", ["install", "./.emgate", "--site", "imported"], "NOT_FOUND"],
  [
    "a token that opens nothing",
    ["plugins", "--site", "imported", "--token", "not-a-token-at-all"],
    "UNAUTHENTICATED",
  ],
])("ends with 1 for %s", async (_name, args, code) => {
  expect(await emgate(...args)).toMatchObject({ status: 1, json: { error: { code } } });
});
