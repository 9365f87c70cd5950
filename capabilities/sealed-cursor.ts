// Cursors that a plugin carries but can neither read nor make: each is sealed for one purpose of one install.
// Workers KV's own cursor may spell a whole key, and with it the install's random id; core's may spell dates.

/** AES-GCM with a 96-bit random nonce in front (NIST SP 800-38D, 8.2.2). */
const SEAL = "AES-GCM";
const NONCE_BYTES = 12;

/** `purpose` holds the install's random id, which plugins are not told: nobody else can make the key of it. */
export async function sealCursor(cursor: string, purpose: string): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const text = new TextEncoder().encode(cursor);
  const sealed = await crypto.subtle.encrypt({ name: SEAL, iv }, await makeKey(purpose), text);
  return Buffer.concat([iv, new Uint8Array(sealed)]).toString("base64");
}

/** The cursor, or null for one that was not sealed for this purpose. */
export async function openCursor(sealed: string, purpose: string): Promise<string | null> {
  try {
    const bytes = Uint8Array.from(atob(sealed), (char) => char.charCodeAt(0));
    const iv = bytes.slice(0, NONCE_BYTES);
    const key = await makeKey(purpose);
    const text = await crypto.subtle.decrypt({ name: SEAL, iv }, key, bytes.slice(NONCE_BYTES));
    return new TextDecoder().decode(text);
  } catch {
    return null;
  }
}

async function makeKey(purpose: string): Promise<CryptoKey> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(purpose));
  return crypto.subtle.importKey("raw", bytes, SEAL, false, ["encrypt", "decrypt"]);
}
