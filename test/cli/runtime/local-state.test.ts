// What a local gateway keeps on disk, and what keeps two of them apart.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { assertPortFree } from "../../../cli/runtime/assert-port-free.ts";
import { digestToken, loadSecrets } from "../../../cli/runtime/secrets.ts";
import { takeStateLock } from "../../../cli/runtime/state-lock.ts";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "emgate-state-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it("makes the secrets once, for this user only", () => {
  const stateDir = join(root, "new/state");
  const secrets = loadSecrets(stateDir);
  expect(Buffer.from(secrets.key, "base64url")).toHaveLength(32);
  expect(loadSecrets(stateDir)).toEqual(secrets);
  expect(statSync(join(stateDir, "secrets.json")).mode & 0o777).toBe(0o600);
  expect(statSync(stateDir).mode & 0o777).toBe(0o700);
  expect(readFileSync(join(stateDir, ".gitignore"), "utf8")).toBe("*\n");
  expect(loadSecrets(join(root, "other"))).not.toEqual(secrets);
});

it("does not replace secrets that it cannot read: the data would be lost", () => {
  writeFileSync(join(root, "secrets.json"), "{");
  expect(() => loadSecrets(root)).toThrow(/cannot be read/);
  expect(readFileSync(join(root, "secrets.json"), "utf8")).toBe("{");
});

it("hands the Worker a digest, in hex", () => {
  expect(digestToken("test-operator-token")).toBe(
    "21a41ec35ffe053418f5ebab652c9b4cb07a643a9100640d18b635e0df503928",
  );
});

it("refuses a state folder that a living process holds, and takes over from a dead one", async () => {
  const holder = spawn("sleep", ["30"]);
  const lock = { pid: holder.pid, url: "http://localhost:1", startedAtMs: Date.now() };
  writeFileSync(join(root, "serve.json"), JSON.stringify(lock));
  await expect(takeStateLock(root, "http://localhost:2")).rejects.toMatchObject({
    code: "CONFLICT",
    message: expect.stringContaining("http://localhost:1"),
  });
  const ended = new Promise((resolve) => holder.once("exit", resolve));
  holder.kill("SIGKILL");
  await ended;
  const giveBack = await takeStateLock(root, "http://localhost:2");
  giveBack();
  expect(existsSync(join(root, "serve.json"))).toBe(false);
});

it("takes over from a process whose id came round again and that serves nothing", async () => {
  const lock = { pid: process.ppid, url: "http://localhost:1", startedAtMs: Date.now() - 60_000 };
  writeFileSync(join(root, "serve.json"), JSON.stringify(lock));
  const giveBack = await takeStateLock(root, "http://localhost:2");
  giveBack();
});

it("names the port that is taken", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const address = other.address();
  const port = typeof address === "object" && address ? address.port : 0;
  await expect(assertPortFree(port)).rejects.toMatchObject({
    code: "CONFLICT",
    message: expect.stringContaining(String(port)),
  });
  await new Promise((resolve) => other.close(resolve));
  await assertPortFree(port);
});

it("ends the runtime and removes a throwaway folder when this process is killed", async () => {
  const throwaway = join(root, "throwaway");
  mkdirSync(throwaway);
  const script = join(root, "workerd");
  writeFileSync(script, "#!/bin/sh\nexec sleep 30\n", { mode: 0o755 });
  const source = `
    import { watchRuntimeProcesses } from ${JSON.stringify(join(import.meta.dirname, "../../../cli/runtime/runtime-processes.ts"))};
    import { spawn } from "node:child_process";
    watchRuntimeProcesses(${JSON.stringify(throwaway)});
    const child = spawn(${JSON.stringify(script)});
    child.once("spawn", () => setTimeout(() => console.log(child.pid), 50));
  `;
  const parent = spawn(process.execPath, ["--input-type=module-typescript", "-e", source]);
  const pid = Number(await new Promise((resolve) => parent.stdout.once("data", resolve)));
  expect(isAlive(pid)).toBe(true);
  parent.kill("SIGKILL");
  for (let tries = 0; tries < 100 && (isAlive(pid) || existsSync(throwaway)); tries += 1) await sleep(50);
  expect(isAlive(pid)).toBe(false);
  expect(existsSync(throwaway)).toBe(false);
});

/** A zombie counts as dead: who adopted it has not asked for its status yet. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const status = `/proc/${pid}/status`;
  return !existsSync(status) || !/^State:\s+Z/m.test(readFileSync(status, "utf8"));
}
