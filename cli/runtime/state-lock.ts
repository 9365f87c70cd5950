// Keeps two gateways from opening one state folder: their databases would corrupt each other.
// Never blocks a start after a kill: a lock counts only while its process lives and serves.
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { EmgateError } from "../../contracts/errors.ts";
import { writePrivateJson } from "../files/write-private.ts";
import { isHealthy } from "./wait-for-health.ts";

const LOCK_FILE = "serve.json";
/** Milliseconds in which a live holder counts as starting; later it must answer. Ids of processes recur. */
const STARTING_MS = 30_000;

const lockSchema = z.object({ pid: z.number().int().positive(), url: z.url(), startedAtMs: z.number() });
type Lock = z.infer<typeof lockSchema>;

/**
 * Takes the lock of a state folder; the returned function gives it back.
 *
 * @throws EmgateError CONFLICT naming the address of the gateway that holds it
 */
export async function takeStateLock(stateDir: string, url: string): Promise<() => void> {
  const path = join(stateDir, LOCK_FILE);
  const held = readLock(path);
  if (held && (await isHolding(held))) {
    throw new EmgateError(
      "CONFLICT",
      `an emgate server runs on ${stateDir} already: ${held.url} (process ${held.pid}); stop it first, or give another --state`,
      { details: { url: held.url, pid: held.pid } },
    );
  }
  writePrivateJson(path, { pid: process.pid, url, startedAtMs: Date.now() } satisfies Lock);
  return () => {
    if (readLock(path)?.pid === process.pid) rmSync(path, { force: true });
  };
}

function readLock(path: string): Lock | null {
  try {
    return lockSchema.safeParse(JSON.parse(readFileSync(path, "utf8"))).data ?? null;
  } catch {
    return null;
  }
}

async function isHolding({ pid, url, startedAtMs }: Lock): Promise<boolean> {
  if (pid === process.pid || !isAlive(pid)) return false;
  return Date.now() - startedAtMs < STARTING_MS || (await isHealthy(url));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
