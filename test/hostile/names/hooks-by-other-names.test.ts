// A plugin has methods by names that are no hooks, and core is made to ask for them.
import { expect, it } from "vitest";
import { events, refusalOf } from "../../workerd/site.ts";
import { underAttack } from "../attack.ts";

const NAMES = [
  "fetch",
  "call",
  "describe",
  "dispatch",
  "constructor",
  "__proto__",
  "toString",
  "valueOf",
  "hasOwnProperty",
  "then",
  "hook",
  "default",
  "migrate",
  "beforepublish",
  "beforePublish ",
  "beforePublish\u0000",
  "",
];

it("is not called by them", async () => {
  const methods = NAMES.map(
    (name) => `[${JSON.stringify(name)}]() { globalThis.called = ${JSON.stringify(name)}; return true; }`,
  );
  const code = `export default { ${methods.join(", ")}, beforePublish() { return say(globalThis.called ?? null); } };`;
  await underAttack({ code }, async (target) => {
    for (const name of NAMES) {
      const refusal = await refusalOf(() => target.site.hooks.dispatch(name, events.beforePublish));
      expect(refusal).toMatchObject({ code: "HOOK_UNKNOWN" });
    }
    expect(await target.ask()).toBeNull();
  });
});
