// A plugin is denied in as many ways as there are, with words of its own in each, so that the audit log would grow.
import { expect, it } from "vitest";
import { ATTACKER, underAttack } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";

const RUNS = 5;
const TURNS = 30;

it("leaves a handful of entries, in the gateway's words", async () => {
  const code = pluginOf(`async beforePublish({ data, api }) {
    for (let turn = 0; turn < ${TURNS}; turn += 1) {
      const word = "s3cr3t" + data.slug + turn;
      for (const call of [
        () => api.kv.put(word, word), () => api.kv.delete(word), () => api.html.transform({ appendBody: word }),
        () => api.pages.get(word + "/x"), () => api.pages.list({ collection: word }), () => api.kv.get(word),
      ]) await attempt(call);
    }
    return true;
  }`);
  const attacker = {
    code,
    scopes: ["hook:beforePublish", "read:pages", "read:kv"] as const,
    grant: { caveats: { "read:pages": { collections: ["notes"] }, "read:kv": { keyPrefix: "mine/" } } },
  };
  await underAttack(attacker, async (target) => {
    for (let run = 0; run < RUNS; run += 1) await target.run(`run${run}`);
    const entries = await target.audited(RUNS * TURNS * 6);
    const kinds = new Set(entries.map(({ actor, scope, reason }) => `${actor} ${scope} ${reason}`));
    expect([...kinds].sort()).toEqual([
      `plugin:${ATTACKER} read:kv outside the caveat keyPrefix`,
      `plugin:${ATTACKER} read:pages outside the caveat collections`,
      `plugin:${ATTACKER} transform:html scope not granted`,
      `plugin:${ATTACKER} write:kv scope not granted`,
    ]);
    // One of each for a minute.
    expect(entries.length).toBeLessThanOrEqual(2 * kinds.size);
    expect(JSON.stringify(entries)).not.toContain("s3cr3t");
  });
});
