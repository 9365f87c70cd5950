// `emgate run` on the examples and on the two plain forms a plugin can take: a real call in a real sandbox.
// What a plugin computes is tested beside this file; here it is what reaches it and what comes back.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunReport } from "../../contracts/outcome.ts";
import { type Page, summaryOf } from "../../contracts/page.ts";
import { examplesFolder, makePage } from "./example.ts";

const command = path.resolve(import.meta.dirname, "../../cli/bin.js");

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "emgate-run-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("emgate run, on the examples", () => {
  it("lets seo-check refuse a short title and keep its finding", async () => {
    const report = await run(example("seo-check"), "beforePublish", publishing({ title: "Hello" }));
    expect(report).toMatchObject({
      outcome: "ok",
      result: { allow: false, issues: [{ severity: "error", message: expect.stringContaining("5 of 10") }] },
      calls: [{ capability: "kv.write", method: "put", outcome: "ok" }],
    });
  });

  it("denies seo-check its key-values without the grant", async () => {
    const args = ["--grant", "hook:beforePublish read:pages"];
    const report = await run(example("seo-check"), "beforePublish", publishing({}), args);
    expect(report).toMatchObject({
      outcome: "denied",
      calls: [{ capability: "kv.write", method: "put", outcome: "denied" }],
    });
  });

  it("passes every tag of og-image through the gateway's own check", async () => {
    const page = makePage();
    const event = { pageId: page.id, path: page.url, page: summaryOf(page) };
    const { outcome, result } = await run(example("og-image"), "renderHtml", event);
    expect({ outcome, result }).toMatchObject({ outcome: "ok", result: { dropped: [] } });
    const { appendHead = "" } = result as { appendHead?: string };
    expect(appendHead.match(/<meta /g)).toHaveLength(11);
    expect(appendHead).toMatch(/<link rel="canonical"[^>]*>.*<script type="application\/ld\+json">/s);
  });

  it("gives reading-time the text of the page", async () => {
    const page = makePage({ html: `<p>${"word ".repeat(920)}</p>` });
    const pages = await writeJson("pages.json", [page]);
    const event = { pageId: page.id, page: summaryOf(page) };
    const report = await run(example("reading-time"), "renderHtml", event, ["--pages", pages]);
    expect(report).toMatchObject({
      outcome: "ok",
      result: { elements: [{ after: '<p class="reading-time">4 min read</p>' }], dropped: [] },
    });
  });
});

describe("emgate run, on plain plugins", () => {
  it("calls a hook by its name, without types or a build", async () => {
    const plugin = await writePlugin("plain", ["hook:beforePublish", "read:pages", "write:kv"], {
      "plugin.js": `export default {
        async beforePublish({ data, api }) {
          await api.kv.put("last", data.title, { expirationTtl: 60, metadata: { page: data.pageId } });
          return { allow: data.title.length > 3, issues: [] };
        },
      };`,
    });
    expect(await run(plugin, "beforePublish", publishing({}))).toMatchObject({
      outcome: "ok",
      result: { allow: true },
    });
  });

  it("calls a single hook, which reads the page and checks a patch", async () => {
    const plugin = await writePlugin("single", ["hook:renderHtml", "read:pages", "transform:html"], {
      "plugin.js": `export default {
        async hook({ context, data, api }) {
          if (context.hook !== "renderHtml") return;
          const page = await api.getPage(data.pageId);
          return api.transformHtml(page.html, {
            appendHead: '<meta name="description" content="' + page.title + '"><script>alert(1)</script>',
          });
        },
      };`,
    });
    const page = makePage();
    const report = await run(plugin, "renderHtml", { pageId: page.id, page: summaryOf(page) });
    expect(report).toMatchObject({
      outcome: "ok",
      result: {
        appendHead: expect.stringMatching(
          /^<meta name="description" content="The art of naming things"[^>]*>$/,
        ),
        dropped: [expect.objectContaining({ what: expect.stringContaining("script") })],
      },
    });
  });
});

function example(id: string): string {
  return path.join(examplesFolder, id);
}

function publishing(changes: Partial<Page>): object {
  const { id: pageId, ...page } = makePage(changes);
  return { ...page, pageId };
}

async function writeJson(name: string, value: unknown): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, JSON.stringify(value));
  return file;
}

async function writePlugin(
  id: string,
  scopes: readonly string[],
  src: Record<string, string>,
): Promise<string> {
  const plugin = path.join(folder, id);
  await mkdir(path.join(plugin, "src"), { recursive: true });
  await writeJson(`${id}/plugin.json`, {
    apiVersion: 1,
    id,
    name: id,
    version: "1.0.0",
    scopes: scopes.map((scope) => ({ scope, reason: "for the test" })),
  });
  for (const [name, text] of Object.entries(src)) await writeFile(path.join(plugin, "src", name), text);
  return plugin;
}

/** The one JSON document on stdout; the exit status follows the outcome and is not looked at here. */
async function run(plugin: string, hook: string, event: object, args: string[] = []): Promise<RunReport> {
  const file = await writeJson("event.json", event);
  const line = [command, "run", plugin, "--hook", hook, "--event", file, "--json", ...args];
  const { stdout, stderr } = await new Promise<{ stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, line, (_error, out, err) => resolve({ stdout: out, stderr: err }));
  });
  try {
    return JSON.parse(stdout);
  } catch (cause) {
    throw new Error(`no JSON on stdout; on stderr: ${stderr}`, { cause });
  }
}
