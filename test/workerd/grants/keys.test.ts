import { base64url } from "jose";
import { describe, expect, it } from "vitest";
import { createSigningKey, mintGrant, openSigningKey, readGrant } from "../../../services/grants/index.ts";
import { makeClaims, SECRET } from "./fixture.ts";

const OTHER_SECRET = base64url.encode(new Uint8Array(32).fill(8));
const notThisKey = { code: "INTERNAL", message: expect.stringContaining("EMGATE_KEY is not the key") };

describe("signing keys", () => {
  it("open with the deployment's key and sign what their public part verifies", async () => {
    const key = await createSigningKey(SECRET);
    const token = await mintGrant(makeClaims(), await openSigningKey(key, SECRET));
    expect(await readGrant(token, { keys: [key] })).toMatchObject({ ok: true, kid: key.kid });
  });

  it("are made anew each time, under a kid of their own", async () => {
    const [a, b] = await Promise.all([createSigningKey(SECRET), createSigningKey(SECRET)]);
    expect(a.kid).not.toBe(b.kid);
    expect(a.jwk.x).not.toBe(b.jwk.x);
    expect(a.kid).toMatch(/^[A-Za-z0-9_-]{16}$/);
  });

  it("have no kid that a command line would take for an option", async () => {
    const keys = await Promise.all(Array.from({ length: 300 }, () => createSigningKey(SECRET)));
    expect(keys.filter(({ kid }) => kid.startsWith("-"))).toEqual([]);
  });

  it("cannot be taken out of the runtime once they are open", async () => {
    const { privateKey } = await openSigningKey(await createSigningKey(SECRET), SECRET);
    expect(privateKey.extractable).toBe(false);
    expect(privateKey.usages).toEqual(["sign"]);
  });

  it("hold no readable private part: the sealed text shows nothing of a JWK", async () => {
    const { sealed } = await createSigningKey(SECRET);
    const text = new TextDecoder("latin1").decode(base64url.decode(sealed));
    expect(text).not.toMatch(/"d"|kty|crv|Ed25519/);
  });

  it("are sealed under a fresh nonce each", async () => {
    const keys = await Promise.all(Array.from({ length: 20 }, () => createSigningKey(SECRET)));
    expect(new Set(keys.map(({ sealed }) => sealed.slice(0, 16))).size).toBe(20);
  });

  it("do not open with another EMGATE_KEY", async () => {
    await expect(openSigningKey(await createSigningKey(SECRET), OTHER_SECRET)).rejects.toMatchObject(
      notThisKey,
    );
  });

  it("do not open under another kid", async () => {
    const [a, b] = await Promise.all([createSigningKey(SECRET), createSigningKey(SECRET)]);
    await expect(openSigningKey({ ...a, kid: b.kid }, SECRET)).rejects.toMatchObject(notThisKey);
    await expect(openSigningKey({ ...a, sealed: b.sealed }, SECRET)).rejects.toMatchObject(notThisKey);
  });

  it.each(["", "AAAA", "not base64url!", "A".repeat(16)])(
    "do not open from the sealed text %j",
    async (sealed) => {
      const key = await createSigningKey(SECRET);
      await expect(openSigningKey({ ...key, sealed }, SECRET)).rejects.toMatchObject(notThisKey);
    },
  );

  it("do not open once a bit of the sealed text has changed", async () => {
    const key = await createSigningKey(SECRET);
    const bytes = base64url.decode(key.sealed);
    for (let index = 0; index < bytes.length; index += 1) {
      const changed = bytes.slice();
      changed[index] = (changed[index] ?? 0) ^ 1;
      const sealed = base64url.encode(changed);
      await expect(openSigningKey({ ...key, sealed }, SECRET)).rejects.toMatchObject(notThisKey);
    }
  });

  const wrongSecrets = [
    "",
    "AAAA",
    "not base64url!",
    ...[16, 31, 33].map((size) => base64url.encode(new Uint8Array(size))),
  ];
  it.each(wrongSecrets)("are not made with the EMGATE_KEY %j, which is no 32 bytes", async (secret) => {
    await expect(createSigningKey(secret)).rejects.toMatchObject({
      code: "INTERNAL",
      message: expect.stringContaining("32 random bytes"),
    });
  });

  it("never show the deployment's key in an error", async () => {
    const key = await createSigningKey(SECRET);
    const error: unknown = await openSigningKey(key, OTHER_SECRET).catch((thrown: unknown) => thrown);
    expect(String(error)).not.toContain(OTHER_SECRET);
    expect(JSON.stringify(error)).not.toContain(OTHER_SECRET);
  });
});
