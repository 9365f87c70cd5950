// What `serve` keeps: found from below, believed only when it is ours, shown only to its own server.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import {
  forgetSession,
  keepSession,
  listKeptSessions,
  userFolder,
} from "../../../cli/session/kept-session.ts";
import { locateServer } from "../../../cli/session/locate-server.ts";

const SESSION = { url: "http://localhost:9000", token: "a-token-of-enough-length" };
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "emgate-session-"));
});
afterEach(() => rmSync(root, { recursive: true }));

function find(cwd = root, env: Record<string, string> = {}) {
  return listKeptSessions({ cwd, home: join(root, "home"), env })[0] ?? null;
}

it("keeps the session for this user only, and finds it from a folder below", () => {
  keepSession(join(root, ".emgate"), SESSION);
  expect(statSync(join(root, ".emgate/session.json")).mode & 0o777).toBe(0o600);
  const below = join(root, "a/b");
  mkdirSync(below, { recursive: true });
  expect(find(below)).toEqual(SESSION);
});

it("finds the session of EMGATE_STATE, and of the user's configuration folder last", () => {
  keepSession(join(root, "elsewhere"), SESSION);
  expect(find(root, { EMGATE_STATE: join(root, "elsewhere") })).toEqual(SESSION);
  expect(find()).toBeNull();
  const lasting = { ...SESSION, url: "https://emgate.example.com" };
  keepSession(join(root, "home/.config/emgate"), lasting);
  expect(find()).toEqual(lasting);
});

it("does not believe a session file that others may read: a checkout brings such a one", () => {
  keepSession(join(root, ".emgate"), SESSION);
  chmodSync(join(root, ".emgate/session.json"), 0o644);
  expect(find()).toBeNull();
});

it("does not believe a project's session file that names another machine", () => {
  keepSession(join(root, ".emgate"), { ...SESSION, url: "https://evil.example.com" });
  expect(find()).toBeNull();
});

it("takes a damaged file for none", () => {
  mkdirSync(join(root, ".emgate"));
  writeFileSync(join(root, ".emgate/session.json"), "{", { mode: 0o600 });
  expect(find()).toBeNull();
});

it("prefers options, then the environment, then what is kept", () => {
  const env = { EMGATE_URL: "http://localhost:2", EMGATE_TOKEN: "token-of-environment" };
  const given = { url: "http://localhost:1", token: "token-of-option", env, kept: [SESSION] };
  expect(locateServer(given)).toEqual({ url: "http://localhost:1", token: "token-of-option" });
  expect(locateServer({ env, kept: [SESSION] })).toEqual({ url: env.EMGATE_URL, token: env.EMGATE_TOKEN });
  expect(locateServer({ env: {}, kept: [SESSION] })).toEqual(SESSION);
  expect(locateServer({ env: { PORT: "4000" }, kept: [] })).toEqual({
    url: "http://localhost:4000",
    token: null,
  });
});

it("never shows the kept token to another server", () => {
  const elsewhere = locateServer({ url: "https://evil.example.com", env: {}, kept: [SESSION] });
  expect(elsewhere.token).toBeNull();
  const otherPort = locateServer({ url: "http://localhost:9001", env: {}, kept: [SESSION] });
  expect(otherPort.token).toBeNull();
  const sameByAnotherName = locateServer({ url: "http://127.0.0.1:9000/", env: {}, kept: [SESSION] });
  expect(sameByAnotherName.token).toBe(SESSION.token);
});

it("shows a remote server the token that login kept for it, also where a local server's is at hand", () => {
  const remote = { url: "https://emgate.example.com", token: "a-token-of-a-remote-server" };
  const places = { cwd: root, home: join(root, "home"), env: {} };
  keepSession(join(root, ".emgate"), SESSION);
  keepSession(userFolder(places), remote);
  const kept = listKeptSessions(places);
  expect(locateServer({ env: {}, kept })).toEqual(SESSION);
  expect(locateServer({ url: remote.url, env: {}, kept })).toEqual(remote);
});

it("keeps a login where XDG_CONFIG_HOME says, and forgets it", () => {
  const folder = userFolder({ home: "/nowhere", env: { XDG_CONFIG_HOME: root } });
  expect(folder).toBe(join(root, "emgate"));
  keepSession(folder, SESSION);
  expect(forgetSession(folder)).toBe(true);
  expect(find(root, { XDG_CONFIG_HOME: root })).toBeNull();
  expect(forgetSession(folder)).toBe(false);
});

it("refuses an address that is none", () => {
  expect(() => locateServer({ url: "localhost:8787", env: {}, kept: [] })).toThrow(/is not an address/);
});
