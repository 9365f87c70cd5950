// Logging in: the token comes by a hidden prompt or stdin, never as an argument, and is never repeated.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { checkToken } from "../../../cli/login/check-token.ts";
import { readToken } from "../../../cli/login/read-token.ts";
import { EmgateError } from "../../../contracts/errors.ts";
import { makeIo, runMain } from "../stand-in-io.ts";

const TOKEN = "emg_a-token-of-enough-length";
const URL = "http://127.0.0.1:9";
let config: string;

beforeEach(() => {
  config = mkdtempSync(join(tmpdir(), "emgate-login-"));
});
afterEach(() => rmSync(config, { recursive: true }));

it("reads one line of stdin where nobody can be asked", async () => {
  expect(await readToken(makeIo({ readStdin: async () => `${TOKEN}\n` }), URL)).toBe(TOKEN);
});

it("asks without showing what is typed on a terminal, and may be cancelled", async () => {
  const questions: string[] = [];
  const terminal = (answer: string | null) =>
    makeIo({
      canAsk: true,
      readStdin: () => Promise.reject(new Error("read from stdin")),
      askSecret: async (question) => {
        questions.push(question);
        return answer;
      },
    });
  expect(await readToken(terminal(TOKEN), URL)).toBe(TOKEN);
  expect(await readToken(terminal(null), URL)).toBeNull();
  expect(questions).toEqual([`Token for ${URL}`, `Token for ${URL}`]);
});

it.each([
  ["nothing", ""],
  ["a short text", "secret"],
  ["two lines", `${TOKEN}\n${TOKEN}`],
  ["a whole file", "x".repeat(100_000)],
])("ends with 64 for %s on stdin, without repeating it", async (_name, text) => {
  const { status, error } = await runMain(["login", "--url", URL], { readStdin: async () => text });
  expect(status).toBe(64);
  expect(error).toMatch(/expected a token on stdin/);
  expect(error).not.toMatch(/secret|xxx|a-token/);
});

it("ends with 64 for a token as an argument", async () => {
  const { status, out, error } = await runMain(["login", "--token", TOKEN]);
  expect(status).toBe(64);
  expect(error).toMatch(/takes no --token/);
  expect(out + error).not.toContain(TOKEN);
});

it("keeps nothing when the server cannot be asked", async () => {
  const env = { XDG_CONFIG_HOME: config };
  const { status } = await runMain(["login", "--url", URL], { env, readStdin: async () => TOKEN });
  expect(status).toBe(1);
  expect(existsSync(join(config, "emgate"))).toBe(false);
});

it("refuses a token that opens one session only: kept, it would open none", async () => {
  let sessions = 0;
  const openOnce = async () => {
    sessions += 1;
    if (sessions > 1) throw new EmgateError("UNAUTHENTICATED", "unknown token");
    return { role: "operator" as const, site: null, label: "sign-in" };
  };
  await expect(checkToken(openOnce)).rejects.toMatchObject({
    code: "UNAUTHENTICATED",
    message: expect.stringContaining("emgate tokens create"),
  });
});

it("logs out where nobody is logged in", async () => {
  const env = { XDG_CONFIG_HOME: config };
  expect(await runMain(["logout", "--json"], { env })).toMatchObject({
    status: 0,
    out: `${JSON.stringify({ removed: false }, null, 2)}\n`,
  });
});
