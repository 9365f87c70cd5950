// The two secrets of a local gateway: the key that encrypts its signing keys, and the operator's token.
// Never printed or sent; the Worker gets the key and the token's digest, other commands the token.
import { createHash, randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { EmgateError } from "../../contracts/errors.ts";
import { writePrivateJson } from "../files/write-private.ts";

const SECRETS_FILE = "secrets.json";
const SECRET_BYTES = 32;

const secretsSchema = z.object({
  /** 32 random bytes, base64url. */
  key: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  operatorToken: z.string().min(16),
});
export type GatewaySecrets = z.infer<typeof secretsSchema>;

/**
 * The secrets of a state folder, made at its first use.
 *
 * @throws EmgateError INTERNAL when the file is there but unreadable: new secrets would lock its data away
 */
export function loadSecrets(stateDir: string): GatewaySecrets {
  const path = join(stateDir, SECRETS_FILE);
  if (existsSync(path)) return readSecrets(path);
  const secrets = { key: randomText(), operatorToken: `emgate_operator_${randomText()}` };
  writePrivateJson(path, secrets);
  return secrets;
}

/** Hex SHA-256 of a token: what the Worker compares with. */
export function digestToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

function readSecrets(path: string): GatewaySecrets {
  try {
    return secretsSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (cause) {
    throw new EmgateError(
      "INTERNAL",
      `${path} cannot be read; restore it, or remove its folder to start from nothing`,
      { cause },
    );
  }
}

function randomText(): string {
  return randomBytes(SECRET_BYTES).toString("base64url");
}
