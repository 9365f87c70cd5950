// What an admin does with the command, against one real server: each answer's shape and its exit status.
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { BREAKER_FAILURES } from "../../../contracts/limits.ts";
import { runMain } from "../stand-in-io.ts";
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
import { CHECK_TITLE, PAGE, writePlugin } from "./fixtures.ts";

/** A method for each of the hooks that the manifest subscribes to. */
const METHODS = `${CHECK_TITLE}
  async onSearch() { return {}; },`;

let place: Workplace;
let server: Server;
let operatorToken: string;
let emgate: ReturnType<typeof makeCommand>;

beforeAll(async () => {
  place = makeWorkplace();
  writePlugin(place, "title-check", METHODS);
  writePlugin(place, "newer/title-check", METHODS, {
    id: "title-check",
    version: "1.1.0",
    scopes: ["hook:beforePublish", "hook:onSearch", "read:kv", "read:pages", "write:kv"].map((scope) => ({
      scope,
      reason: "the test needs it",
    })),
    settings: { type: "object", properties: { size: { type: "integer", default: 10 } } },
  });
  // Of other bytes: a yank is of a bundle, whatever plugin it belongs to.
  writePlugin(place, "other-check", CHECK_TITLE);
  writePlugin(
    place,
    "always-fails",
    '  async beforePublish() { throw new Error("always"); },\n  async onSearch() {},',
  );
  server = await startServer(["--port", String(await findFreePort())], { cwd: place.path });
  operatorToken = readOperatorToken(place);
  emgate = makeCommand(place, operatorToken);
});
afterAll(async () => {
  await server.stop();
  place.remove();
});

/** A site with title-check 1.0.0, granted in full. */
async function makeSite(site: string): Promise<void> {
  await emgate("sites", "create", site);
  await emgate("install", "./title-check", "--site", site);
  expect(await emgate("grant", "title-check", "--site", site, "--yes")).toMatchObject({ status: 0 });
}

it("holds an update until it is granted, and says so with 2, on a dry run too", async () => {
  await makeSite("updated");
  const update = (...args: string[]) => emgate("update", "title-check", "--site", "updated", ...args);
  expect(await update()).toMatchObject({ status: 0, json: { status: "unchanged", to: "1.0.0" } });
  expect(await emgate("install", "./newer/title-check", "--site", "updated")).toMatchObject({
    status: 2,
    json: { version: "1.0.0", update: { version: "1.1.0", isWider: true } },
  });
  const tried = await update("--dry-run");
  expect(Object.keys(tried.json).sort()).toEqual(["diff", "from", "reason", "status", "to"]);
  expect(tried).toMatchObject({
    status: 2,
    json: {
      diff: { added: [{ scope: "read:kv" }], isWider: true },
      reason: "this site asks an admin before each update",
    },
  });
  expect(await update("--to", "1.1.0")).toMatchObject({ status: 2, json: { status: "held" } });
  const granted = await emgate("grant", "title-check", "--site", "updated", "--yes");
  expect(granted).toMatchObject({ status: 0, json: { version: "1.1.0", status: "live" } });
  expect(granted.error).toContain("(title-check) on updated, an update of 1.0.0:");
  expect(granted.error).toContain("  + read:kv new: This plugin can read the small values it keeps.");
  expect(await update()).toMatchObject({ status: 0, json: { status: "unchanged", to: "1.1.0" } });
});

it("tries a grant without signing it, and names the hook that would fail before signing one", async () => {
  await makeSite("tried");
  const grant = (...args: string[]) =>
    emgate(
      "grant",
      "title-check",
      "--site",
      "tried",
      "--scope",
      "hook:beforePublish read:pages",
      "--only",
      ...args,
    );
  const tried = await grant("--dry-run");
  expect(tried).toMatchObject({
    status: 1,
    json: {
      consent: { withheld: expect.arrayContaining(["write:kv"]) },
      dryRun: [{ hook: "beforePublish", outcome: "denied", error: { code: "PERMISSION_DENIED" } }],
    },
  });
  const before = await emgate("grants", "--site", "tried");
  expect(before.json).toMatchObject([{ scope: "hook:beforePublish hook:onSearch read:pages write:kv" }]);
  const granted = await grant("--yes");
  expect(granted.error).toContain("  beforePublish would fail: PERMISSION_DENIED ");
  expect(granted.json.scope).toBe("hook:beforePublish read:pages");
  expect(await emgate("grant", "title-check", "--site", "tried", "--dry-run")).toMatchObject({ status: 0 });
});

it("renews a grant as it is, and takes back one scope of it", async () => {
  await makeSite("renewed");
  const [{ jti }] = (await emgate("grants", "--site", "renewed")).json;
  const renewed = await emgate("renew", "title-check", "--site", "renewed", "--expires", "60d", "--yes");
  expect(renewed).toMatchObject({ status: 0, json: { continues: jti, status: "live" } });
  expect(renewed.error).toContain("This plugin can hold up or stop a publication in all collections.");
  const revoked = await emgate(
    "revoke",
    "title-check",
    "--site",
    "renewed",
    "--scope",
    "write:kv",
    "--reason",
    "keeps too much",
  );
  expect(revoked).toMatchObject({ status: 0, json: { jti: renewed.json.jti } });
  expect(Object.keys(revoked.json).sort()).toEqual(["drainedMs", "epoch", "jti", "replacedBy", "revokedAt"]);
  expect((await emgate("grants", "--site", "renewed")).json).toContainEqual(
    expect.objectContaining({ jti: revoked.json.replacedBy, status: "live" }),
  );
  expect(await emgate("renew", "other-check", "--site", "renewed", "--yes")).toMatchObject({
    status: 1,
    json: { error: { code: "NOT_FOUND" } },
  });
});

it("renews nothing but the grant that it showed", async () => {
  await makeSite("regranted");
  const at = ["title-check", "--site", "regranted"];
  const renewed = await runMain(["renew", ...at], {
    env: { EMGATE_URL: server.url, EMGATE_TOKEN: operatorToken },
    canAsk: true,
    confirm: async () => {
      await emgate("grant", ...at, "--scope", "hook:beforePublish read:pages", "--only", "--yes");
      return true;
    },
  });
  expect(renewed).toMatchObject({ status: 1, error: expect.stringContaining("not the one that was shown") });
  const live = (await emgate("grants", "--site", "regranted")).json.filter(
    ({ status }: { status: string }) => status === "live",
  );
  expect(live).toMatchObject([{ scope: "hook:beforePublish read:pages" }]);
});

it("disables, enables and uninstalls", async () => {
  await makeSite("switched");
  const at = ["title-check", "--site", "switched"];
  expect(await emgate("disable", ...at, "--reason", "too strict")).toMatchObject({
    status: 0,
    json: { changed: true },
  });
  expect(await emgate("disable", ...at)).toMatchObject({ status: 0, json: { changed: false } });
  expect((await emgate("plugins", "--site", "switched")).json).toMatchObject([{ status: "disabled" }]);
  expect(await emgate("enable", ...at)).toMatchObject({ status: 0, json: { changed: true } });
  expect((await emgate("plugins", "--site", "switched")).json).toMatchObject([{ status: "live" }]);
  expect(await emgate("uninstall", ...at)).toMatchObject({ status: 64 });
  expect(await emgate("uninstall", ...at, "--yes")).toMatchObject({ status: 0, json: { changed: true } });
  expect((await emgate("plugins", "--site", "switched")).json).toEqual([]);
});

it("says that a plugin's breaker is open, and closes it", async () => {
  await emgate("sites", "create", "tripped");
  const at = ["always-fails", "--site", "tripped"];
  await emgate("install", "./always-fails", "--site", "tripped");
  await emgate("grant", ...at, "--yes");
  place.write("page.json", PAGE);
  const publish = () => emgate("hook", "beforePublish", "--site", "tripped", "--event", "page.json");
  for (let time = 0; time < BREAKER_FAILURES; time += 1) await publish();
  expect(await publish()).toMatchObject({
    json: { allow: false, trace: { plugins: [{ error: { code: "BREAKER_OPEN" } }] } },
  });
  const shown = await runEmgate(["plugins", "--site", "tripped"], { cwd: place.path });
  expect(shown.out).toContain("emgate breaker reset always-fails --site tripped");
  const reset = () => emgate("breaker", "reset", ...at, "--reason", "it is mended");
  expect(await reset()).toMatchObject({ status: 0, json: { plugin: "always-fails", changed: true } });
  expect(await reset()).toMatchObject({ status: 0, json: { changed: false } });
  const audit = await runEmgate(["audit", "--site", "tripped", "--kind", "breaker"], { cwd: place.path });
  expect(audit.out).toMatch(/breaker +open .*5 failed calls in a row[\s\S]*breaker +reset .*it is mended/);
});

it("shows and changes policy, order and settings", async () => {
  await emgate("sites", "create", "arranged");
  await emgate("install", "./newer/title-check", "--site", "arranged");
  await emgate("install", "./other-check", "--site", "arranged");
  const policy = (...args: string[]) => emgate("policy", ...args, "--site", "arranged");
  expect((await policy("get")).json).toEqual({ gate: "refuse", updates: "ask", recordings: "local" });
  expect((await policy("set", "updates=auto")).json).toEqual({
    gate: "refuse",
    updates: "auto",
    recordings: "local",
  });

  const order = (...args: string[]) => emgate("order", "--site", "arranged", ...args);
  expect((await order()).json).toEqual({ order: ["title-check", "other-check"] });
  expect((await order("other-check")).json).toEqual({ order: ["other-check", "title-check"] });
  expect(await order("no-such-plugin")).toMatchObject({ status: 1 });

  const settings = (...args: string[]) => emgate("settings", ...args, "--site", "arranged");
  expect((await settings("set", "title-check", "size=20")).json).toEqual({
    effective: { size: 20 },
    set: { size: 20 },
  });
  expect(await settings("set", "title-check", "size=large")).toMatchObject({
    status: 1,
    json: { error: { code: "INVALID_ARGUMENT" } },
  });
  expect((await settings("set", "title-check", "--unset", "size")).json).toEqual({
    effective: { size: 10 },
    set: {},
  });
  expect((await settings("get", "title-check")).json).toEqual({ effective: { size: 10 }, set: {} });
});

it("lists what was done, oldest first, one document a line, of a site or of the deployment", async () => {
  await makeSite("audited");
  await emgate("revoke", "title-check", "--site", "audited", "--reason", "in the log");
  const audit = async (...args: string[]) => {
    const { status, out } = await runEmgate(["audit", ...args, "--json"], { cwd: place.path });
    expect(status).toBe(0);
    return out
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  };
  const entries = await audit("--site", "audited", "--plugin", "title-check");
  expect(entries.map(({ kind }) => kind)).toEqual(["change", "consent", "revocation"]);
  expect(entries.at(-1)).toMatchObject({ reason: "in the log", plugin: "title-check" });
  expect(await audit("--site", "audited", "--kind", "consent")).toEqual([entries[1]]);
  expect(await audit("--site", "audited", "--since", "2999-01-01")).toEqual([]);
  expect(await audit("--kind", "site")).toContainEqual(
    expect.objectContaining({ detail: expect.objectContaining({ site: "audited" }) }),
  );
  const refused = await runEmgate(["audit", "--site", "nowhere", "--json"], { cwd: place.path });
  expect(refused.status).toBe(1);
  expect(JSON.parse(refused.out)).toMatchObject({ error: { code: "NOT_FOUND" } });
  const words = await runEmgate(["audit", "--site", "audited"], { cwd: place.path });
  expect(words.out).toMatch(/^WHEN +KIND +ACTION .*\n/);
  expect(words.out).toMatch(/ revocation +revoke +title-check .* in the log/);
});

it("lets who owns a site list and revoke its tokens, and no other's", async () => {
  await emgate("sites", "create", "owned");
  const create = async (...args: string[]) => (await emgate("tokens", "create", ...args)).json;
  const owner = await create("--role", "owner", "--site", "owned");
  const viewer = await create("--role", "viewer", "--site", "owned", "--label", "guest");
  const operator = await create("--role", "operator");
  const asOwner = (...args: string[]) => emgate(...args, "--token", owner.token);
  const ids = (await asOwner("tokens", "list", "--site", "owned")).json.map(({ id }: { id: string }) => id);
  expect(ids.sort()).toEqual([owner.id, viewer.id].sort());
  expect(await asOwner("tokens", "list")).toMatchObject({
    status: 1,
    json: { error: { code: "PERMISSION_DENIED" } },
  });
  expect((await asOwner("tokens", "revoke", operator.id, "--site", "owned")).status).toBe(1);
  expect(await asOwner("tokens", "revoke", viewer.id, "--site", "owned")).toMatchObject({
    status: 0,
    json: { revoked: true },
  });
});

it("keeps a token that login read from stdin, for this user only, and forgets it", async () => {
  await emgate("sites", "create", "kept");
  const { token } = (await emgate("tokens", "create", "--role", "viewer", "--site", "kept", "--label", "me"))
    .json;
  const config = join(place.path, "config");
  const cwd = join(place.path, "elsewhere");
  mkdirSync(cwd);
  // No state folder above: what is found is what login kept.
  const env = { XDG_CONFIG_HOME: config, EMGATE_STATE: join(place.path, "no-state") };
  const login = await runEmgate(["login", "--url", server.url, "--json"], { cwd, env, stdin: `${token}\n` });
  expect(login).toMatchObject({ status: 0, error: "" });
  expect(JSON.parse(login.out)).toEqual({ url: server.url, role: "viewer", site: "kept", label: "me" });
  expect(statSync(join(config, "emgate/session.json")).mode & 0o777).toBe(0o600);
  expect((await runEmgate(["plugins", "--site", "kept"], { cwd, env })).status).toBe(0);
  const core = (await emgate("tokens", "create", "--role", "core", "--site", "kept")).json.token;
  const asCore = await runEmgate(["login", "--url", server.url], { cwd, env, stdin: core });
  expect(asCore).toMatchObject({ status: 1, error: expect.stringContaining("for a core") });
  const unknown = await runEmgate(["login", "--url", server.url], {
    cwd,
    env,
    stdin: "no-token-of-this-server",
  });
  expect(unknown.status).toBe(1);
  expect((await runEmgate(["plugins", "--site", "kept"], { cwd, env })).status).toBe(0);
  expect((await runEmgate(["logout"], { cwd, env })).status).toBe(0);
  expect((await runEmgate(["plugins", "--site", "kept"], { cwd, env })).status).toBe(1);
});

it("withdraws a version on every site", async () => {
  await makeSite("yanked");
  expect(await emgate("yank", "title-check", "1.0.0", "--reason", "a test", "--yes")).toMatchObject({
    status: 0,
    json: { plugin: "title-check", version: "1.0.0", code: expect.stringMatching(/^[0-9a-f]{64}$/) },
  });
  expect((await emgate("plugins", "--site", "yanked")).json).toMatchObject([{ status: "yanked" }]);
  const refused = { status: 1, json: { error: { code: "CONFLICT" } } };
  expect(await emgate("install", "./title-check", "--site", "yanked")).toMatchObject(refused);
  expect(await emgate("renew", "title-check", "--site", "yanked", "--yes")).toMatchObject(refused);
  expect(await emgate("yank", "title-check", "9.9.9", "--reason", "a test", "--yes")).toMatchObject({
    status: 1,
    json: { error: { code: "NOT_FOUND" } },
  });
});

it("rotates keys, and voids what a retired one signed", async () => {
  await emgate("sites", "create", "signed");
  await emgate("install", "./other-check", "--site", "signed");
  await emgate("grant", "other-check", "--site", "signed", "--yes");
  const [{ kid: before }] = (await emgate("keys", "list")).json;
  const { kid } = (await emgate("keys", "rotate")).json;
  expect((await emgate("keys", "list")).json).toMatchObject([
    { kid, state: "current" },
    { kid: before, state: "previous" },
  ]);
  expect((await emgate("plugins", "--site", "signed")).json).toMatchObject([{ status: "live" }]);
  expect(await emgate("keys", "retire", kid, "--yes")).toMatchObject({
    status: 1,
    json: { error: { code: "CONFLICT" } },
  });
  expect(await emgate("keys", "retire", before, "--yes", "--reason", "a test")).toMatchObject({
    status: 0,
    json: { kid: before, state: "retired", drainedMs: expect.any(Number) },
  });
  expect((await emgate("plugins", "--site", "signed")).json).toMatchObject([{ status: "invalid" }]);
});
