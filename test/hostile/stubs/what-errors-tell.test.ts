// A plugin reads everything of the errors that it gets: stacks, causes, own properties.
import { expect, it } from "vitest";
import { attack } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";

const code = pluginOf(`async beforePublish({ api }) {
  const look = async (call) => {
    try { await call(); return "passed"; } catch (error) {
      const own = {};
      for (const name of Reflect.ownKeys(error)) own[String(name)] = String(error[name]);
      return JSON.stringify({ ...own, proto: Object.getPrototypeOf(error)?.constructor?.name });
    }
  };
  const raw = steal(api);
  return tell({
    denied: await look(() => api.kv.put("k", "v")),
    "bad argument": await look(() => api.kv.get(5)),
    "no such method": await look(() => raw.kv.nothing()),
    "bad json": await look(async () => { await api.kv.get("\\ud800"); }),
    "no content": await look(() => api.pages.get("x".repeat(701))),
  });
}`);

it("finds code, message and scope, and nothing of the gateway's code", async () => {
  const { told } = await attack(
    { code, scopes: ["hook:beforePublish", "read:kv", "read:pages"] },
    { refused: ["kv.read.get", "kv.write.put", "pages.read.get"] },
  );
  expect(JSON.parse(told.denied ?? "")).toMatchObject({ code: "PERMISSION_DENIED", scope: "write:kv" });
  for (const text of Object.values(told)) {
    expect(text).not.toMatch(/capabilities\/|services\/|contracts\/|node_modules|\.ts\b|cause/);
    const { stack = "" } = JSON.parse(text) as { stack?: string };
    // Frames of its own isolate alone.
    for (const frame of stack.split("\n").slice(1))
      expect(frame).toMatch(/\((?:plugin|shell)\.js:|at (?:async )?(?:plugin|shell)\.js:/);
  }
});
