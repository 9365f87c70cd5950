import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "PBKDF2 with two thousand million rounds",
  inHook: `
    const key = await crypto.subtle.importKey("raw", new Uint8Array(8), "PBKDF2", false, ["deriveBits"]);
    const rounds = { name: "PBKDF2", hash: "SHA-512", salt: new Uint8Array(8), iterations: 2 ** 31 - 1 };
    await crypto.subtle.deriveBits(rounds, key, 512);`,
  ends: "wedge",
  why: "the promise is no thread: it is computed at once",
};
