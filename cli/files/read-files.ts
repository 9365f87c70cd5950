// Reads the files a person names, with errors that name the file and what was expected of it.
// Never writes, and never takes more of a file than its limit.
import { open } from "node:fs/promises";
import { resolve } from "node:path";
import { EmgateError } from "../../contracts/errors.ts";
import type { Io } from "../program/io.ts";

export interface ReadOptions {
  readonly maxBytes: number;
  /** What the file is, for the error: «the seed file». */
  readonly what: string;
}

/** The text of `path`, relative to the command's folder; `-` is stdin. */
export async function readText(io: Io, path: string, options: ReadOptions): Promise<string> {
  if (path !== "-") return readFileText(resolve(io.cwd, path), options);
  const text = await io.readStdin();
  assertSize(Buffer.byteLength(text), "stdin", options);
  return text;
}

/** The JSON in `path` or on stdin. */
export async function readJson(io: Io, path: string, options: ReadOptions): Promise<unknown> {
  return parseJson(await readText(io, path, options), path === "-" ? "stdin" : path);
}

/** The text of a file. */
export async function readFileText(path: string, options: ReadOptions): Promise<string> {
  try {
    await using file = await open(path, "r");
    assertSize((await file.stat()).size, path, options);
    return await file.readFile("utf8");
  } catch (thrown) {
    throw thrown instanceof EmgateError ? thrown : describeReadError(thrown, path, options.what);
  }
}

/** Parses JSON; the error tells where it breaks. */
export function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.replace(/\s+/g, " ") : "malformed";
    throw new EmgateError("INVALID_ARGUMENT", `${name} is not JSON: ${why}`, { cause });
  }
}

/** The error code that the system gave, such as ENOENT. */
export function systemCode(thrown: unknown): string | null {
  if (typeof thrown !== "object" || thrown === null || !("code" in thrown)) return null;
  return typeof thrown.code === "string" ? thrown.code : null;
}

function assertSize(bytes: number, name: string, { maxBytes, what }: ReadOptions): void {
  if (bytes <= maxBytes) return;
  throw new EmgateError(
    "PAYLOAD_TOO_LARGE",
    `${name}: ${what} has ${bytes} bytes; at most ${maxBytes} are taken`,
  );
}

function describeReadError(cause: unknown, path: string, what: string): EmgateError {
  switch (systemCode(cause)) {
    case "ENOENT":
      return new EmgateError("NOT_FOUND", `${path}: ${what} is not there`, { cause });
    case "EISDIR":
      return new EmgateError("INVALID_ARGUMENT", `${path} is a folder; ${what} was expected`, { cause });
    case "EACCES":
      return new EmgateError("PERMISSION_DENIED", `${path}: this user may not read ${what}`, { cause });
    default:
      return new EmgateError("INVALID_ARGUMENT", `${path}: ${what} cannot be read`, { cause });
  }
}
