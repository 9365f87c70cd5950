// The two honest plugins on a site under attack, and how they are asked what they know.
// They are called in the attacked hook like the attacker, one before it and one behind it.
import type { GateOutcome } from "../../../contracts/outcome.ts";
import type { AdminSession } from "../../../contracts/rpc.ts";

export const BYSTANDERS = ["innocent", "victim"] as const;

/**
 * A plugin that keeps the word of a page whose slug is «keep …» under the key that the attacker looks for, notes each
 * other hook that called it, and tells both to whoever asks the gate. `takesMs`: how long it takes while the attack
 * goes on.
 */
export function bystanderOf(takesMs: number): string {
  return `export default {
    async hook({ data, context, api }) {
      if (JSON.stringify(data).includes("attack")) await scheduler.wait(${takesMs});
      if (context.hook === "renderHtml") return { appendBody: "<p>seen by " + context.plugin + "</p>" };
      if (context.hook !== "beforePublish") { await api.kv.put("called", context.hook); return null; }
      if (data.slug.startsWith("keep ")) await api.kv.put("key", context.plugin + data.slug.slice(4));
      const message = JSON.stringify({ key: await api.kv.get("key"), called: await api.kv.get("called") });
      return { allow: true, issues: [{ severity: "info", message }] };
    },
  };`;
}

/** Calls the gate about a page whose slug is a word for the plugins; answers what each of them said. */
export async function callGate(
  admin: AdminSession,
  site: string,
  slug: string,
): Promise<Readonly<Record<string, unknown>>> {
  const event = { pageId: "word", collection: "posts", slug };
  const outcome = await admin.callHook({ site, hook: "beforePublish", event });
  return saidIn(outcome as GateOutcome); // the gate's own
}

/** What plugins said in issues, as JSON; those that are not a plugin's are left out. */
export function saidIn({ issues }: GateOutcome): Readonly<Record<string, unknown>> {
  const said = issues.filter(({ severity }) => severity === "info");
  return Object.fromEntries(said.map(({ plugin, message }) => [plugin, JSON.parse(message)]));
}
