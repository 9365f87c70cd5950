// Signing keys: made, sealed for storage, opened for use. A private key is never stored or returned in clear.
import { base64url, exportJWK, generateKeyPair, importJWK } from "jose";
import { EmgateError } from "../../contracts/errors.ts";
import { GRANT_ALGORITHM } from "../../contracts/grant.ts";
import type { PublicKey } from "../../contracts/site.ts";
import type { SigningKey } from "./mint.ts";

/** AES-GCM with a 96-bit random nonce in front (NIST SP 800-38D, 8.2.2). */
const SEAL = "AES-GCM";
const NONCE_BYTES = 12;

/** A key as it is stored: the public part in clear, the private JWK sealed, base64url. */
export interface SealedKey extends PublicKey {
  readonly sealed: string;
}

/** A new Ed25519 key under a random kid, sealed with the deployment's key. */
export async function createSigningKey(secret: string): Promise<SealedKey> {
  const { publicKey, privateKey } = await generateKeyPair(GRANT_ALGORITHM, { extractable: true });
  const { x } = await exportJWK(publicKey);
  if (x === undefined) throw new EmgateError("INTERNAL", "the runtime made a key without a public part");
  const kid = createKid();
  const sealed = await seal(JSON.stringify(await exportJWK(privateKey)), kid, secret);
  return { kid, jwk: { kty: "OKP", crv: "Ed25519", x }, sealed };
}

/** Not one that begins with a hyphen: people name keys on a command line, where that is an option. */
function createKid(): string {
  const kid = base64url.encode(crypto.getRandomValues(new Uint8Array(12)));
  return kid.startsWith("-") ? createKid() : kid;
}

/** The key, ready to sign; fails when the deployment's key is not the one it was sealed with. */
export async function openSigningKey(key: SealedKey, secret: string): Promise<SigningKey> {
  const jwk: unknown = JSON.parse(await unseal(key.sealed, key.kid, secret));
  const privateKey = await importJWK(jwk as Parameters<typeof importJWK>[0], GRANT_ALGORITHM); // our own export
  if (!(privateKey instanceof CryptoKey))
    throw new EmgateError("INTERNAL", "stored key is not a private key");
  return { kid: key.kid, privateKey };
}

async function seal(text: string, kid: string, secret: string): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const data = new TextEncoder().encode(text);
  const sealed = await crypto.subtle.encrypt(sealing(iv, kid), await importSecret(secret), data);
  return base64url.encode(new Uint8Array([...iv, ...new Uint8Array(sealed)]));
}

async function unseal(sealed: string, kid: string, secret: string): Promise<string> {
  const key = await importSecret(secret);
  try {
    const bytes = new Uint8Array(base64url.decode(sealed));
    const iv = bytes.slice(0, NONCE_BYTES);
    const text = await crypto.subtle.decrypt(sealing(iv, kid), key, bytes.slice(NONCE_BYTES));
    return new TextDecoder().decode(text);
  } catch (cause) {
    const message = "EMGATE_KEY is not the key that this deployment's keys were sealed with";
    throw new EmgateError("INTERNAL", message, { cause });
  }
}

/** The kid is authenticated too, so that a sealed key cannot be moved under another name. */
function sealing(iv: Uint8Array, kid: string): { name: string; iv: Uint8Array; additionalData: Uint8Array } {
  return { name: SEAL, iv, additionalData: new TextEncoder().encode(kid) };
}

async function importSecret(secret: string): Promise<CryptoKey> {
  const bytes = decodeSecret(secret);
  if (bytes?.byteLength !== 32) {
    throw new EmgateError("INTERNAL", "EMGATE_KEY: expected 32 random bytes in base64url");
  }
  return crypto.subtle.importKey("raw", new Uint8Array(bytes), SEAL, false, ["encrypt", "decrypt"]);
}

function decodeSecret(secret: string): Uint8Array | null {
  try {
    return base64url.decode(secret);
  } catch {
    return null;
  }
}
