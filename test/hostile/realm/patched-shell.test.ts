// A plugin replaces the shell's own method: what it answers then is the isolate's word, not the shell's.
import { expect, it } from "vitest";
import { events } from "../../workerd/site.ts";
import { type Attacker, underAttack } from "../attack.ts";

/** What the shell answers from the second call on. */
const answering = (answer: string, manifest = {}): Attacker => ({
  code: `export default { async beforePublish() {
    const { default: Shell } = await import("shell.js");
    Shell.prototype.call = function (hook, data, context, stub) { ${answer} };
    return true;
  } };`,
  manifest,
});

async function publishTwice(attacker: Attacker) {
  return underAttack(attacker, async (target) => {
    const { hooks } = target.site;
    expect(await hooks.beforePublish(events.beforePublish)).toMatchObject({ allow: true });
    return target.hear(await hooks.beforePublish(events.beforePublish));
  });
}

it.concurrent.each([
  ["objects", "return { status: 'returned', result: true };"],
  ["its own stub", "return stub;"],
  ["a stub of its own", "return { get status() { return 'returned'; }, then: undefined };"],
  ["an error that crosses", "throw new Error('s3cr3t');"],
  [
    "an error with our code",
    "throw Object.assign(new Error('s3cr3t'), { code: 'GRANT_EXPIRED', details: { a: 1 } });",
  ],
  ["a refusal that is none", 'return \'{"status":"denied"}\';'],
])("%s allow nothing", async (_what, answer) => {
  const outcome = await publishTwice(answering(answer));
  expect(outcome).toMatchObject({
    allow: false,
    trace: { plugins: [{ outcome: "error", error: { code: "PLUGIN_ERROR" } }] },
  });
  expect(JSON.stringify(outcome)).not.toContain("s3cr3t");
});

it.concurrent("a call that never answers ends at the time limit", async () => {
  const outcome = await publishTwice(
    answering("return new Promise(() => {});", { limits: { timeoutMs: 200 } }),
  );
  expect(outcome).toMatchObject({
    allow: false,
    trace: { plugins: [{ error: { code: "DEADLINE_EXCEEDED" } }] },
  });
});

it.concurrent("a shell without the method fails its own plugin", async () => {
  const attacker = answering("");
  const outcome = await publishTwice({
    ...attacker,
    code: attacker.code.replace(/Shell\.prototype\.call = .*/, "delete Shell.prototype.call;"),
  });
  expect(outcome).toMatchObject({ allow: false, trace: { plugins: [{ error: { code: "PLUGIN_ERROR" } }] } });
});
