import { describe, expect, it } from "vitest";
import { Api, Invocation } from "../../../capabilities/index.ts";
import { sha256Hex } from "../../../contracts/digest.ts";
import { hookTable } from "../../../contracts/hooks.ts";
import type { HookContext } from "../../../contracts/invocation.ts";
import { LoaderSandbox, type SandboxJob } from "../../../services/sandbox/index.ts";
import { env } from "../site.ts";

const MINUTE_MS = 60_000;
const CODE = "export default { beforePublish() { return true; } };";

/** A sandbox with a clock and a storage of its own; the loader and the isolates are real. */
async function makeSandbox(code: string) {
  const time = { ms: Date.now() };
  const digest = await sha256Hex(code);
  const stored = new Map([[digest, code]]);
  const reads: string[] = [];
  const read = async (wanted: string) => {
    reads.push(wanted);
    return stored.get(wanted) ?? null;
  };
  const sandbox = new LoaderSandbox(env.LOADER, read, () => time.ms);
  const site = crypto.randomUUID();
  const call = () => sandbox.call(jobOf(site, digest)).answer;
  return { call, time, stored, digest, reads };
}

function jobOf(site: string, code: string): SandboxJob {
  const invocation = new Invocation({
    subject: {
      site,
      plugin: "probe",
      installId: "i",
      version: "1.0.0",
      hook: "beforePublish",
      invocationId: "x",
    },
    authority: new Map(),
    deadlineMs: Date.now() + 5_000,
    liveness: { state: () => "live", refresh: async () => {} },
    clock: Date.now,
    eventPage: () => null,
    eventPageId: null,
    content: () => null,
    quota: {
      reserve: async () => null,
      settle: async () => {},
      mark: async () => 0,
      release: async () => {},
    },
    noteDenial: () => {},
    work: hookTable.beforePublish,
    event: {},
  });
  const context = { hook: "beforePublish", scopes: [] as string[] } as unknown as HookContext; // all that the shell reads
  const api = new Api(invocation, { kv: env.PLUGIN_KV, database: () => null, log: () => {} });
  const limits = { timeoutMs: 2_000, cpuMs: 1_000, subRequests: 50 };
  return { site, plugin: "probe", code, hook: "beforePublish", event: {}, context, api, ...limits };
}

describe("a bundle that could not be read", () => {
  it("is read again two seconds later, and not before", async () => {
    const { call, time, stored, digest, reads } = await makeSandbox(CODE);
    stored.clear();
    expect(await call()).toMatchObject({ status: "unread" });
    stored.set(digest, CODE);
    expect(await call()).toMatchObject({ status: "unread" });
    expect(reads).toHaveLength(1);
    time.ms += 2_000;
    expect(await call()).toEqual({ status: "returned", result: true });
    expect(reads).toHaveLength(2);
  });

  it("is not run when its bytes are not those of its digest", async () => {
    const { call, stored, digest } = await makeSandbox(CODE);
    stored.set(digest, CODE.replace("true", "false"));
    expect(await call()).toMatchObject({ status: "unread" });
  });
});

describe("an isolate that failed to start", () => {
  it("gets a new id after a minute, then after two more: few ids, however often it is called", async () => {
    const { call, time, reads } = await makeSandbox("throw new Error('no start');");
    for (let turn = 0; turn < 5; turn += 1) expect(await call()).toMatchObject({ status: "broken" });
    expect(reads).toHaveLength(1);
    time.ms += MINUTE_MS;
    for (let turn = 0; turn < 5; turn += 1) await call();
    expect(reads).toHaveLength(2);
    time.ms += MINUTE_MS;
    await call();
    expect(reads).toHaveLength(2);
    time.ms += MINUTE_MS;
    await call();
    expect(reads).toHaveLength(3);
  });

  it("is not what a hook is that can never answer: its isolate stays", async () => {
    const { call, time, reads } = await makeSandbox(
      "export default { beforePublish() { return new Promise(() => {}); } };",
    );
    expect(await call()).toEqual({ status: "timeout" });
    time.ms += 10 * MINUTE_MS;
    expect(await call()).toEqual({ status: "timeout" });
    expect(reads).toHaveLength(1);
  });
});
