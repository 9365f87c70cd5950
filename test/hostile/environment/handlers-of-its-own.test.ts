// A plugin registers for events of the Worker: requests, timers, logs of others, errors of others.
import { expect, it } from "vitest";
import { events } from "../../workerd/site.ts";
import { underAttack } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";

const HANDLERS = [
  "fetch",
  "scheduled",
  "queue",
  "email",
  "alarm",
  "tail",
  "trace",
  "connect",
  "message",
  "install",
];

const code = pluginOf(
  "async beforePublish() { return say(globalThis.heard); }",
  `globalThis.heard = [];
   for (const type of ${JSON.stringify(HANDLERS)}) {
     try { addEventListener(type, (event) => { globalThis.heard.push(type); event.respondWith?.(new Response("mine")); }); } catch {}
   }`,
);

it("hears nothing but its own calls", async () => {
  const heard = await underAttack({ code }, async (target) => {
    await target.ask();
    // Others' work, logs and failures meanwhile.
    await target.site.hooks.onSearch(events.onSearch);
    await target.site.hooks.beforePublish(events.beforePublish);
    await target.site.run("victim", "onSchedule", { ...events.onSchedule, cursor: 5 }).catch(() => {});
    return target.ask();
  });
  expect(heard).toEqual([]);
});
