// A plugin patches how errors describe themselves, to reach what the shell makes of one.
import { expect, it } from "vitest";
import { type Attacker, attackTogether } from "../attack.ts";

const patches: Record<string, string> = {
  "prepareStackTrace that throws": "Error.prepareStackTrace = () => { throw new Error('no'); };",
  "prepareStackTrace that answers functions": "Error.prepareStackTrace = (_error, sites) => () => sites;",
  "prepareStackTrace that runs code":
    "Error.prepareStackTrace = (error, sites) => sites.map((site) => site.getFunction?.()).join();",
  "captureStackTrace of its own": "Error.captureStackTrace = () => { throw new Error('no'); };",
  "a toString that throws": "Error.prototype.toString = () => { throw new Error('no'); };",
  "a stack of ten thousand frames": "Error.stackTraceLimit = 10_000;",
  "an instanceof that lies":
    "Object.defineProperty(Error, Symbol.hasInstance, { value: () => { throw new Error('no'); } });",
};

it("they fail their own call alone, and none of their text leaves its log", async () => {
  const attackers = Object.entries(patches).map(([what, patch]): [string, Attacker] => [
    what,
    {
      code: `${patch} const deep = (n) => { if (n === 0) throw new Error("s3cr3t"); deep(n - 1); };
        export default { async beforePublish() { deep(500); } };`,
    },
  ]);
  for (const { error, logs } of Object.values(await attackTogether(Object.fromEntries(attackers)))) {
    expect(error?.code).toBe("PLUGIN_ERROR");
    expect(error?.message).not.toContain("s3cr3t");
    // Nor does the plugin's log say anything of the gateway's code.
    for (const { message } of logs) expect(message).not.toMatch(/capabilities|services\/|workerd/);
  }
});
