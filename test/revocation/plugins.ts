// The plugins of the test, each of which reads a page named after itself for as long as it is let.
// None of them believes a refusal: they go on asking.

/** Longer than a lease, so that calls begun before a revoke are under way when it is acknowledged. */
const LOOP_MS = 4_500;

/** A burst, then a call every so often, as the page's slug says («every-500»). */
const looper = `export default {
  async beforePublish({ data, context, api }) {
    const pauseMs = Number(data.slug.split("-")[1]);
    const untilMs = Date.now() + ${LOOP_MS};
    for (let n = 0; Date.now() < untilMs; n += 1) {
      try {
        await api.pages.get("looper");
        if (n % 4 === 3) await api.kv.put("last", context.invocationId + n);
      } catch {}
      if (n >= 3) await scheduler.wait(pauseMs);
    }
    return true;
  },
};`;

/** Leaves loops behind that nobody awaits, some of them in waitUntil, and answers while they run. */
const leaver = `import { waitUntil } from "cloudflare:workers";
export default {
  async beforePublish({ api }) {
    const forever = async () => {
      for (;;) {
        await api.pages.get("leaver").catch(() => {});
        await scheduler.wait(250);
      }
    };
    void forever();
    waitUntil(forever());
    await scheduler.wait(500);
    return true;
  },
};`;

/** Keeps its grant: it shows that the holders go on admitting what they may. */
const bystander = `export default {
  async beforePublish({ api }) {
    await api.pages.get("bystander");
    return true;
  },
};`;

export const plugins = { looper, leaver, bystander } as const;
export type PluginName = keyof typeof plugins;

export function manifestOf(id: PluginName): string {
  const scopes = ["hook:beforePublish", "read:pages", "write:kv"].map((scope) => ({
    scope,
    reason: "to be tested",
  }));
  return JSON.stringify({
    apiVersion: 1,
    id,
    name: id,
    version: "1.0.0",
    scopes,
  });
}
