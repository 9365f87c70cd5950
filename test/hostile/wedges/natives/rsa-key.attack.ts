import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "an RSA key of 16,384 bits",
  inHook: `
    const publicExponent = new Uint8Array([1, 0, 1]);
    const kind = { name: "RSA-OAEP", modulusLength: 16_384, publicExponent, hash: "SHA-256" };
    await crypto.subtle.generateKey(kind, true, ["encrypt", "decrypt"]);`,
  ends: "wedge",
  why: "finding the primes takes minutes, and the promise is no thread",
};
