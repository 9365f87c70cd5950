import { describe, expect, it } from "vitest";
import type { ConnectedHooks, HookEventInput } from "../../../../contracts/core.ts";
import { eventSchemas } from "../../../../contracts/hooks.ts";
import { importSeed, publishPage, renderPage } from "../../../../services/core/index.ts";
import { STYLE, STYLE_HASH } from "../../../../services/core/render/style.ts";
import { makeCore, makeHooks, makeSeed, paragraph } from "../fixtures.ts";

const trace = { id: "t", plugins: [] };
type Core = Awaited<ReturnType<typeof makeCore>>;

async function makeSite(seed: unknown = makeSeed()): Promise<Core> {
  const core = await makeCore();
  await importSeed(core, JSON.stringify(seed), "refuse");
  return core;
}

function visit(core: Core, path: string, hooks: ConnectedHooks = makeHooks(), init: RequestInit = {}) {
  return renderPage(core, hooks, new Request(`https://cms.example/sites/x${path}`, init), "/sites/x");
}

async function textAt(core: Core, path: string): Promise<string> {
  return (await visit(core, path)).text();
}

describe("renderPage", () => {
  it("renders a page with byline, date, image, terms and content", async () => {
    const response = await visit(await makeSite(), "/posts/first-light");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    const html = await response.text();
    expect(html).toMatch(/<main id="content">\s*<article>\s*<header>\s*<h1>First light on the quay<\/h1>/);
    expect(html).toContain("<title>First light on the quay · Harbour Notes</title>");
    expect(html).toContain('By <span class="byline">Ada Quay</span>');
    expect(html).toContain('<time datetime="2026-11-22T10:00:00.000Z">November 22, 2026</time>');
    expect(html).toContain('<img src="https://img.example/quay.jpg" alt="A quay">');
    expect(html).toContain("<li>Boats &amp; Ships</li>");
    expect(html).toContain("<p>The lanterns go out one by one.</p>");
    expect(html.match(/<h1/g)).toHaveLength(1);
    expect(html.trimEnd().endsWith("</html>")).toBe(true);
  });

  it("lists published pages on the home page and in archives, under the site's menu", async () => {
    const core = await makeSite();
    for (const path of ["", "/", "/posts", "/posts/"]) {
      const html = await textAt(core, path);
      expect(html).toContain('<a href="/sites/x/posts/first-light">First light on the quay</a>');
      expect(html).not.toContain("Slack water");
      expect(html).toContain('<li><a href="/sites/x/posts">Posts</a></li>');
    }
    expect(await textAt(core, "/")).toContain('<p class="lead">Tides &amp; timetables</p>');
    expect(await textAt(core, "/posts")).toContain("<h1>Posts</h1>");
    expect(await textAt(core, "/posts")).not.toContain("Imprint");
  });

  it("pages through a long list", async () => {
    const posts = Array.from({ length: 45 }, (_, index) => ({
      id: `n${index}`,
      data: { title: `Note ${index}` },
    }));
    const core = await makeSite({ version: "1", content: { posts } });
    let path: string | undefined = "/posts";
    const seen: string[] = [];
    while (path !== undefined) {
      const html = await textAt(core, path);
      seen.push(...[...html.matchAll(/<h2><a [^>]*>([^<]*)</g)].map((match) => match[1] ?? ""));
      path = /rel="next" href="\/sites\/x([^"]*)"/.exec(html)?.[1];
    }
    expect(seen).toEqual(posts.map(({ data }) => data.title));
    expect((await visit(core, "/posts?after=forged")).status).toBe(400);
  });

  it("shows translations under their locale and the site's own without one", async () => {
    const seed = makeSeed();
    const french = { ...seed.content.posts[0], id: "f", locale: "fr" };
    const core = await makeSite({ ...seed, content: { posts: [...seed.content.posts, french] } });
    const html = await textAt(core, "/fr/posts/first-light");
    expect(html).toContain('<html lang="fr">');
    expect(html).toContain("22 novembre 2026");
    expect((await visit(core, "/en/posts/first-light")).status).toBe(404);
    expect(await textAt(core, "/posts")).toContain('href="/sites/x/fr/posts/first-light"');
  });

  it("rebases the content's own addresses to the site's path, and no others", async () => {
    const block = (href: string) => ({
      ...paragraph('href="/quoted"'),
      children: [{ _type: "span", text: "go", marks: ["k"] }],
      markDefs: [{ _key: "k", _type: "link", href }],
    });
    const content = ["/posts/a", "//cdn.example/x", "https://a.example/"].map(block);
    const data = { title: "Links", content: [...content, paragraph('say href="/quoted"')] };
    const html = await textAt(
      await makeSite({ version: "1", content: { posts: [{ id: "l", data }] } }),
      "/posts/l",
    );
    expect(html).toContain('<a href="/sites/x/posts/a">');
    expect(html).toContain('<a href="//cdn.example/x">');
    expect(html).toContain("say href=&quot;/quoted&quot;");
  });

  it.each([
    "/posts/none",
    "/posts/slack-water",
    "/none",
    "/posts//first-light",
    "/a/b/c/d",
    "/posts/%2e%2e%2fpages",
    "/posts/first-light%2f",
    "/../../etc/passwd",
    "/search/x",
    "/__proto__",
    "/constructor/toString",
  ])("answers 404 with a page of its own for %s", async (path) => {
    const hooks = makeHooks({ renderHtml: () => Promise.reject(new Error("must not be called")) });
    const response = await visit(await makeSite(), path, hooks);
    expect(response.status).toBe(404);
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(await response.text()).toContain("<h1>Page not found</h1>");
  });

  it.each([`/${"x".repeat(10_000)}`, `/posts/${"%F0%9F%99%82".repeat(800)}`])(
    "answers 404 for a path of many kilobytes (%#)",
    async (path) => {
      expect((await visit(await makeSite(), path)).status).toBe(404);
    },
  );

  it.each(["/posts/%", "/posts/%E0%A4%A", "/%00", "/posts/a%00b", "/posts/%0d%0aset-cookie:x"])(
    "answers 400 for %s",
    async (path) => {
      expect((await visit(await makeSite(), path)).status).toBe(400);
    },
  );

  it.each(["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])("answers 405 to %s", async (method) => {
    const response = await visit(await makeSite(), "/", makeHooks(), { method });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("GET, HEAD");
  });

  it("answers HEAD with the headers of GET and no body", async () => {
    const core = await makeSite();
    for (const path of ["/", "/posts/first-light", "/none", "/search?q=light"]) {
      const [get, head] = [await visit(core, path), await visit(core, path, makeHooks(), { method: "HEAD" })];
      expect(head.status).toBe(get.status);
      expect([...head.headers]).toEqual([...get.headers]);
      expect(await head.text()).toBe("");
      await get.body?.cancel();
    }
  });

  it("serves a site that has nothing yet", async () => {
    const core = await makeCore();
    expect(await textAt(core, "/")).toContain("Nothing has been published here yet.");
    expect((await visit(core, "/posts")).status).toBe(404);
  });
});

describe("renderPage and the plugins", () => {
  it("tells them what is rendered, without the query", async () => {
    const core = await makeSite();
    const events: HookEventInput<"renderHtml">[] = [];
    const hooks = makeHooks({
      renderHtml: async (event) => {
        events.push(event);
        return { patch: {}, cacheTags: [], skipped: [], trace };
      },
    });
    for (const path of ["/", "/posts", "/posts/first-light?utm=1", "/search?q=secret"]) {
      await (await visit(core, path, hooks)).text();
    }
    expect(events.map(({ kind, path, url, pageId }) => [kind, path, url, pageId])).toEqual([
      ["home", "/", "https://cms.example/sites/x/", null],
      ["archive", "/posts", "https://cms.example/sites/x/posts", null],
      ["page", "/posts/first-light", "https://cms.example/sites/x/posts/first-light", "posts:p1"],
      ["search", "/search", "https://cms.example/sites/x/search", null],
    ]);
    expect(events[2]?.page).toMatchObject({ id: "posts:p1", slug: "first-light", status: "published" });
    expect(events[2]?.page).not.toHaveProperty("html");
    for (const event of events) expect(eventSchemas.renderHtml.safeParse(event).success).toBe(true);
  });

  it("puts their patch into the page and their tags into the header", async () => {
    const hooks = makeHooks({
      renderHtml: async () => ({
        patch: {
          appendHead: '<meta name="x">',
          elements: [{ selector: "article h1", after: "<p>3 min</p>" }],
        },
        cacheTags: ["plugin-a", "plugin-a", "bad tag", "bad,tag"],
        skipped: [],
        trace,
      }),
    });
    const response = await visit(await makeSite(), "/posts/first-light", hooks);
    expect(response.headers.get("cache-tag")).toBe("plugin-a");
    const html = await response.text();
    expect(html).toContain('<meta name="x"></head>');
    expect(html).toContain("<h1>First light on the quay</h1><p>3 min</p>");
  });

  it("sends the start of a page while its content is still being read", async () => {
    const core = await makeSite();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    // Only the content's batch waits: the second of a page's reads.
    let batches = 0;
    const db = new Proxy(core.db, {
      get(target, name) {
        if (name !== "batch") return Reflect.get(target, name).bind(target);
        return async (statements: D1PreparedStatement[]) => {
          batches += 1;
          if (batches === 2) await held;
          return target.batch(statements);
        };
      },
    });
    const response = await visit({ ...core, db }, "/posts/first-light");
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let start = "";
    while (!start.includes("</header>\n<main")) start += (await reader?.read())?.value ?? "";
    while (!start.includes("<h1>")) start += (await reader?.read())?.value ?? "";
    expect(start).toContain("<h1>First light on the quay</h1>");
    expect(start).not.toContain("lanterns");
    release();
    let rest = "";
    for (let chunk = await reader?.read(); chunk && !chunk.done; chunk = await reader?.read())
      rest += chunk.value;
    expect(rest).toContain("The lanterns go out");
    expect(rest).toContain("</html>");
  });

  it("reads the content while the plugins are asked", async () => {
    const core = await makeSite();
    const order: string[] = [];
    const db = new Proxy(core.db, {
      get(target, name) {
        if (name !== "batch") return Reflect.get(target, name).bind(target);
        return async (statements: D1PreparedStatement[]) => {
          const answer = await target.batch(statements);
          order.push("read");
          return answer;
        };
      },
    });
    const hooks = makeHooks({
      renderHtml: async () => {
        while (order.length < 2) await scheduler.wait(1);
        order.push("hook");
        return { patch: {}, cacheTags: [], skipped: [], trace };
      },
    });
    await (await visit({ ...core, db }, "/posts/first-light", hooks)).text();
    expect(order).toEqual(["read", "read", "hook"]);
  });

  it("breaks the transfer off when the content cannot be read", async () => {
    const core = await makeSite();
    let batches = 0;
    const db = new Proxy(core.db, {
      get(target, name) {
        if (name !== "batch") return Reflect.get(target, name).bind(target);
        return async (statements: D1PreparedStatement[]) => {
          batches += 1;
          if (batches === 2) throw new Error("D1 is away");
          return target.batch(statements);
        };
      },
    });
    const response = await visit({ ...core, db }, "/posts/first-light");
    await expect(response.text()).rejects.toThrow();
  });

  it("retries the outbox behind the answer when that is due", async () => {
    const core = await makeSite();
    const away = makeHooks({ afterPublish: async () => ({ queued: 0, unavailable: true, trace }) });
    await publishPage(core, away, "posts:p2");
    core.time.ms += 60_000;
    const work: Promise<unknown>[] = [];
    const waiting = { ...core, waitUntil: (promise: Promise<unknown>) => work.push(promise) };
    await (await visit(waiting, "/")).text();
    expect(await Promise.all(work)).toEqual([{ delivered: 1, pending: 0 }]);
    await (await visit(waiting, "/")).text();
    expect(work).toHaveLength(1);
  });
});

describe("renderPage, the search", () => {
  it("shows a form, and what was found", async () => {
    const core = await makeSite();
    expect(await textAt(core, "/search")).toContain("Type a word or two");
    const html = await textAt(core, "/search?q=lanterns");
    expect(html).toContain('name="q" value="lanterns"');
    expect(html).toContain("1 result for «lanterns»");
    expect(html).toContain('href="/sites/x/posts/first-light"');
    expect(await textAt(core, "/search?q=nowhere")).toContain("Nothing found for «nowhere».");
  });

  it.each([
    ["/search?q=lanterns&format=json", {}],
    ["/search?q=lanterns", { accept: "application/json" }],
  ])("answers %s as JSON", async (path, headers) => {
    const hooks = makeHooks({ renderHtml: () => Promise.reject(new Error("must not be called")) });
    const response = await visit(await makeSite(), path, hooks, { headers });
    expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    const body = (await response.json()) as { query: string; results: { id: string; score: number }[] };
    expect(body).toMatchObject({ query: "lanterns", results: [{ id: "posts:p1", score: 1 }] });
    expect(Object.keys(body)).toEqual(["query", "results"]);
  });

  it("takes any query", async () => {
    const core = await makeSite();
    for (const query of ["%22", "%", "%00", "a%20%22%20OR", "%F0%28", "*", "x".repeat(5_000)]) {
      expect((await visit(core, `/search?q=${query}`)).status).toBe(200);
    }
  });
});

describe("renderPage keeps markup out", () => {
  const attack = `"><script>alert(1)</script><img src=x onerror=alert(2)>'`;

  /** Elements and attributes, as a parser sees them, that could act. */
  async function findActive(response: Response): Promise<string[]> {
    const active: string[] = [];
    const rewriter = new HTMLRewriter().on("*", {
      element({ tagName, attributes }) {
        if (["script", "iframe", "object", "embed", "base"].includes(tagName)) active.push(tagName);
        for (const [name = "", value = ""] of attributes) {
          if (name.startsWith("on") || name === "style") active.push(`${tagName} ${name}`);
          if (/^\s*(?:javascript|data):/i.test(value)) active.push(`${tagName} ${name}=${value}`);
        }
      },
    });
    await rewriter.transform(response).text();
    return active;
  }

  it("from every field of a page and of its site", async () => {
    const seed = makeSeed();
    const core = await makeSite({
      ...seed,
      settings: { title: attack, tagline: attack },
      collections: [{ slug: "posts", label: attack, fields: [{ slug: "cover", type: "image" }] }],
      taxonomies: [{ name: "category", label: attack, terms: [{ slug: "boats", label: attack }] }],
      bylines: [{ id: "by-ada", slug: "ada", displayName: attack }],
      menus: [
        {
          name: "primary",
          items: [
            { label: attack, url: `/x${attack}` },
            { label: "j", url: "javascript:x" },
          ],
        },
      ],
      content: {
        posts: [
          {
            ...seed.content.posts[0],
            slug: "a",
            data: {
              title: attack,
              excerpt: attack,
              cover: { url: `https://img.example/${attack}`, alt: attack },
              content: [paragraph(attack), { _type: "code", code: attack, language: attack }],
            },
          },
        ],
      },
    });
    for (const path of [
      "/",
      "/posts",
      "/posts/a",
      `/search?q=${encodeURIComponent(attack)}`,
      "/search?q=alert",
      "/no",
    ]) {
      expect(await findActive(await visit(core, path))).toEqual([]);
    }
  });

  it("and lets a browser run nothing, whatever comes through", async () => {
    const response = await visit(await makeSite(), "/");
    expect(response.headers.get("content-security-policy")).toBe(
      `default-src 'none'; img-src https: http:; style-src '${STYLE_HASH}'; base-uri 'none'; ` +
        "form-action 'self'; frame-ancestors 'none'",
    );
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("referrer-policy")).toBe("strict-origin-when-cross-origin");
    const html = await response.text();
    expect(/<style>([\s\S]*?)<\/style>/.exec(html)?.[1]).toBe(STYLE);
    expect(html).not.toContain(" style=");
  });

  it("admits its own stylesheet by its hash", async () => {
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(STYLE));
    const hash = `sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}`;
    expect(STYLE_HASH, `set STYLE_HASH in services/core/render/style.ts to "${hash}"`).toBe(hash);
  });
});
