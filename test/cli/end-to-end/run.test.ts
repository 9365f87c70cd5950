// `emgate run` for real: each outcome, the scopes of --grant, the pages it finds, and what it leaves behind.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { makeWorkplace, runEmgate, type Workplace } from "./emgate.ts";
import { CHECK_TITLE, PAGE, SEED, writePlugin } from "./fixtures.ts";

let place: Workplace;
let temporary: string;

beforeAll(() => {
  place = makeWorkplace();
  temporary = join(place.path, "tmp");
  place.write("tmp/.keep", "");
  place.write("event.json", PAGE);
});
afterAll(() => place.remove());

function run(plugin: string, ...args: string[]) {
  const settings = { cwd: place.path, env: { TMPDIR: temporary } };
  return runEmgate(
    ["run", plugin, "--hook", "beforePublish", "--event", "event.json", "--json", ...args],
    settings,
  );
}

function plugin(name: string, methods: string): string {
  return writePlugin(place, name, methods);
}

it("prints the report of a call, and leaves nothing behind", async () => {
  const { status, out } = await run(plugin("title-check", CHECK_TITLE));
  expect(JSON.parse(out)).toEqual({
    outcome: "ok",
    result: true,
    error: null,
    calls: [{ capability: "kv.write", method: "put", outcome: "ok", ms: expect.any(Number) }],
    logs: [
      expect.objectContaining({ level: expect.any(String), message: expect.stringContaining("checked p1") }),
    ],
    durationMs: expect.any(Number),
  });
  expect(status).toBe(0);
  expect(readdirSync(temporary).filter((name) => name.startsWith("emgate-run-"))).toEqual([]);
});

it("cuts what the manifest lacks with a warning, and shows a denial", async () => {
  const { status, out, error } = await run(
    plugin("title-check", CHECK_TITLE),
    "--grant",
    "read:pages use:rockets",
  );
  expect(status).toBe(1);
  expect(JSON.parse(out)).toMatchObject({
    outcome: "denied",
    error: { code: "PERMISSION_DENIED" },
    calls: [{ capability: "kv.write", method: "put", outcome: "denied" }],
  });
  expect(error).toContain("plugin.json does not declare use:rockets");
});

it("shows a denial that the plugin caught, and counts the call as done", async () => {
  const folder = plugin(
    "catcher",
    `async beforePublish({ api }) { try { await api.kv.put("a", "b"); } catch {} return true; }`,
  );
  const { status, out } = await run(folder, "--grant", "read:pages");
  expect(status).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ outcome: "ok", result: true, calls: [{ outcome: "denied" }] });
});

it.each([
  ["error", `async beforePublish() { throw new Error("broken inside"); }`, "PLUGIN_ERROR"],
  ["rejected", "async beforePublish() { return { allow: 1 }; }", "RESULT_REJECTED"],
])("ends with 1 for the outcome %s", async (outcome, methods, code) => {
  const { status, out } = await run(plugin(`outcome-${outcome}`, methods));
  expect(status).toBe(1);
  expect(JSON.parse(out)).toMatchObject({ outcome, error: { code } });
});

it("stops a plugin that computes without end", async () => {
  const { status, out } = await run(plugin("endless", "async beforePublish() { for (;;) {} }"));
  expect(status).toBe(1);
  expect(JSON.parse(out)).toMatchObject({ outcome: "timeout", error: { code: "CPU_LIMIT" } });
  expect(readdirSync(temporary).filter((name) => name.startsWith("emgate-run-"))).toEqual([]);
});

it("refuses to call a hook that the manifest does not subscribe to", async () => {
  const folder = plugin("title-check", CHECK_TITLE);
  const args = ["run", folder, "--hook", "onSchedule", "--event", "-", "--json"];
  const { status, out } = await runEmgate(args, { cwd: place.path, stdin: "{}" });
  expect(status).toBe(1);
  expect(JSON.parse(out)).toMatchObject({ outcome: "denied", error: { code: "PERMISSION_DENIED" } });
});

it("finds the event's page, pages of a seed and pages of a list; --state keeps the site", async () => {
  const folder = plugin(
    "reader",
    `async beforePublish({ data, api }) {
      const pages = await Promise.all([data.pageId, "posts/long-enough", "posts/listed"].map((id) => api.pages.get(id)));
      const issues = pages.map((page) => ({ severity: "info", message: page?.title ?? "none" }));
      return { allow: true, issues };
    }`,
  );
  const seed = structuredClone(SEED);
  for (const post of seed.content.posts) post.status = "published";
  place.write("seed.json", seed);
  place.write("pages.json", [
    { id: "l1", collection: "posts", slug: "listed", title: "Listed", status: "published" },
  ]);
  const first = await run(folder, "--pages", "seed.json", "--state", "kept");
  const second = await run(folder, "--pages", "pages.json", "--state", "kept");
  const titlesOf = (out: string) =>
    JSON.parse(out).result.issues.map(({ message }: { message: string }) => message);
  expect(titlesOf(first.out)).toEqual([PAGE.title, "A title of some length", "none"]);
  expect(titlesOf(second.out)).toEqual([PAGE.title, "A title of some length", "Listed"]);
  expect(existsSync(join(place.path, "kept"))).toBe(true);
});

it("keeps a plugin's own state with --state, though its code changed under the same version", async () => {
  const count = (step: number) => `async beforePublish({ api }) {
    const count = Number((await api.kv.get("count")) ?? 0) + ${step};
    await api.kv.put("count", String(count));
    return { allow: true, issues: [{ severity: "info", message: String(count) }] };
  }`;
  const scopes = ["hook:beforePublish", "read:kv", "write:kv"].map((scope) => ({
    scope,
    reason: "the test",
  }));
  const counts: string[] = [];
  for (const step of [1, 10]) {
    const { out } = await run(writePlugin(place, "counter", count(step), { scopes }), "--state", "counted");
    counts.push(JSON.parse(out).result.issues[0].message);
  }
  expect(counts).toEqual(["1", "11"]);
});

it("names the field that an event lacks, and starts nothing", async () => {
  place.write("no-id.json", { ...PAGE, pageId: undefined });
  const args = [
    "run",
    plugin("title-check", CHECK_TITLE),
    "--hook",
    "beforePublish",
    "--event",
    "no-id.json",
  ];
  const { status, out, error } = await runEmgate(args, { cwd: place.path });
  expect(status).toBe(1);
  expect(out).toBe("");
  expect(error).toContain("the field pageId is missing");
});
