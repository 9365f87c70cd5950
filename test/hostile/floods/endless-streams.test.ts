// A plugin gives streams for values that never end, never bring a byte, fail, or bring what is no bytes.
import { expect, it } from "vitest";
import { attack } from "../attack.ts";
import { trying } from "../plugin-text.ts";

it.concurrent("is refused, or waits for nothing but its own time", async () => {
  const streams = {
    "without an end": "new ReadableStream({ type: 'bytes', pull(c) { c.enqueue(new Uint8Array(65_536)); } })",
    "of objects": "new ReadableStream({ start(c) { c.enqueue({ key: 'secret' }); c.close(); } })",
    "that fails": "new ReadableStream({ type: 'bytes', pull(c) { c.error(new Error('s3cr3t')); } })",
    "that was read": "(() => { const it = new Response('x').body; it.getReader(); return it; })()",
  };
  const calls = Object.entries(streams).map(([name, stream]) => [name, `api.kv.put("k", ${stream})`]);
  const { told } = await attack(
    { code: trying(Object.fromEntries(calls)), scopes: ["hook:beforePublish", "write:kv"] },
    { refused: ["kv.write.put"] },
  );
  expect(Object.keys(told)).toEqual(Object.keys(streams));
  for (const answer of Object.values(told)) expect(answer).not.toMatch(/^got |s3cr3t.*capabilities/);
});

it.concurrent("that never bring a byte end with the hook", async () => {
  const silent = "new ReadableStream({ type: 'bytes', pull() { return new Promise(() => {}); } })";
  await attack(
    {
      code: trying({ silent: `api.kv.put("k", ${silent})` }),
      scopes: ["hook:beforePublish", "write:kv"],
      manifest: { limits: { timeoutMs: 300 } },
    },
    { ends: ["timeout", "DEADLINE_EXCEEDED"] },
  );
});
