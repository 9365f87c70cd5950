import { describe, expect, it } from "vitest";
import { makeSite, page } from "../site.ts";
import { request } from "./rpc.ts";

/** The refusal of a JSON route: its status and code, and nothing in it that belongs inside. */
async function refusalOf(response: Response): Promise<{ status: number; code: string }> {
  const text = await response.text();
  expect(text).not.toMatch(/\bat .+:\d+|\.ts\b|node_modules|stack/);
  expect(response.headers.get("content-type")).toContain("application/json");
  const { code, message } = JSON.parse(text);
  expect(typeof message).toBe("string");
  return { status: response.status, code };
}

describe("the routes", () => {
  it("/health says who answers", async () => {
    const response = await request("/health");
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ ok: true, name: "emgate", version: expect.any(String) });
  });

  it("/.well-known/jwks.json has public keys and no private part", async () => {
    await makeSite();
    const response = await request("/.well-known/jwks.json");
    expect(response.status).toBe(200);
    const { keys } = await response.json<{ keys: object[] }>();
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) {
      expect(key).toEqual({
        kty: "OKP",
        crv: "Ed25519",
        x: expect.stringMatching(/^[\w-]{43}$/),
        kid: expect.any(String),
        use: "sig",
        alg: "Ed25519",
      });
    }
  });

  it("/ is a page without script, that lists the sites", async () => {
    const site = await makeSite();
    const response = await request("/");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    const html = await response.text();
    expect(html).toContain(`href="/sites/${site.id}/"`);
    expect(html).not.toContain("<script");
  });

  it("/sites/:site/plugins/:plugin/health follows the plugin's grant", async () => {
    const site = await makeSite({ code: "async beforePublish() { return true; }", grant: false });
    const health = async () => {
      const response = await request(`/sites/${site.id}/plugins/probe/health`);
      return [response.status, await response.json()];
    };
    expect(await health()).toMatchObject([503, { ok: false, plugin: "probe", code: "GRANT_REVOKED" }]);
    await site.admin.grant({ site: site.id, plugin: "probe" });
    expect(await health()).toMatchObject([200, { ok: true, plugin: "probe", enabled: true }]);
    await site.writeState("UPDATE installs SET enabled = 0");
    expect(await health()).toMatchObject([503, { ok: false, enabled: false }]);
  });

  it("/sites/:site/plugins/:plugin/health tells of a breaker that is open", async () => {
    const site = await makeSite({ code: "async beforePublish() { return true; }" });
    await site.writeState(
      "INSERT INTO breakers VALUES ('probe', 1, 1, 1, 5, 'PLUGIN_ERROR', 'beforePublish')",
    );
    const response = await request(`/sites/${site.id}/plugins/probe/health`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ ok: false, enabled: true, code: "BREAKER_OPEN" });
  });

  it("/sites/:site leads to the site's home, which is served", async () => {
    const site = await makeSite();
    await site.admin.putPages({ site: site.id, pages: [{ ...page, status: "published" }] });
    const redirect = await request(`/sites/${site.id}`);
    expect([redirect.status, redirect.headers.get("location")]).toEqual([308, `/sites/${site.id}/`]);
    const home = await request(`/sites/${site.id}/`);
    expect(home.status).toBe(200);
    expect(await home.text()).toContain(page.title);
  });

  it("answer HEAD without a body", async () => {
    const response = await request("/health", { method: "HEAD" });
    expect([response.status, await response.text()]).toEqual([200, ""]);
  });
});

describe("an address that is not there", () => {
  it.each([
    "/nothing",
    "/health/",
    "/HEALTH",
    "/sites",
    "/sites/",
    "/sites//",
    "//",
    "/x%",
    "/rpc/",
    "/.env",
    "/cdn-cgi/explorer/",
    "/sites/nowhere/",
    "/sites/nowhere/search?q=x",
    "/sites/nowhere/plugins/probe/health",
  ])("is NOT_FOUND: %s", async (path) => {
    expect(await refusalOf(await request(path))).toEqual({ status: 404, code: "NOT_FOUND" });
  });

  it.each([
    "/sites/UPPER/",
    "/sites/%/",
    "/sites/%zz/",
    "/sites/%E0%A4%A/",
    "/sites/%00/",
    "/sites/..%2f/",
    "/sites/a%2Fb/x",
    "/sites/-a/",
    `/sites/${"a".repeat(64)}/`,
    "/sites/%3Cscript%3E/",
    "/sites/UPPER/plugins/probe/health",
    "/sites/site/plugins/UPPER/health",
    "/sites/site/plugins/%/health",
  ])("is INVALID_ARGUMENT where it can name nothing: %s", async (path) => {
    expect(await refusalOf(await request(path))).toEqual({ status: 400, code: "INVALID_ARGUMENT" });
  });

  it("is NOT_FOUND for a plugin that is not installed", async () => {
    const site = await makeSite();
    const response = await request(`/sites/${site.id}/plugins/no-such/health`);
    expect(await refusalOf(response)).toEqual({ status: 404, code: "NOT_FOUND" });
  });
});

describe("a request that no route takes", () => {
  it.each(["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])("%s is refused everywhere", async (method) => {
    const site = await makeSite();
    for (const path of ["/", "/health", "/.well-known/jwks.json"]) {
      expect(await refusalOf(await request(path, { method }))).toEqual({ status: 404, code: "NOT_FOUND" });
    }
    const served = await request(`/sites/${site.id}/`, { method });
    expect(served.status).toBe(405);
  });

  it("is PAYLOAD_TOO_LARGE with a body past a megabyte", async () => {
    const body = "x".repeat(1_048_577);
    for (const path of ["/health", "/", "/sites/site/", "/nothing"]) {
      const response = await request(path, { method: "POST", body });
      expect(await refusalOf(response)).toEqual({ status: 413, code: "PAYLOAD_TOO_LARGE" });
    }
  });

  it("never breaks a site's pages: malformed addresses and searches are answered", async () => {
    const site = await makeSite();
    const paths = [
      "%",
      "%E0%A4%A",
      "..%2f..%2f",
      "%00",
      "a/b/c/d",
      "search",
      "search?q=%",
      "search?q=%00",
      `search?q=${"x".repeat(5_000)}`,
      "search?q='%22*()%20OR%20NEAR",
      "search?q=a&q=b",
      "?page=-1",
      "?page=1e9",
      "x".repeat(3_000),
    ];
    for (const path of paths) {
      const response = await request(`/sites/${site.id}/${path}`);
      expect([path.slice(0, 30), response.status < 500]).toEqual([path.slice(0, 30), true]);
      expect(await response.text()).not.toMatch(/\.ts:\d|SQLITE|D1_ERROR/);
    }
  });
});
