// Two plugins of a site, and one plugin on two sites, look for a channel between their isolates.
import { expect, it } from "vitest";
import { attack, attackTogether } from "../attack.ts";
import { trying } from "../plugin-text.ts";
import { expectEach, saidIn } from "../told.ts";

it("no broadcast, no shared worker, no locks, no storage", async () => {
  const channels = {
    BroadcastChannel: "new BroadcastChannel('x')",
    SharedWorker: "new SharedWorker('x')",
    localStorage: "localStorage.getItem('x')",
    indexedDB: "indexedDB.open('x')",
    locks: "navigator.locks.request('x', () => 1)",
    storage: "navigator.storage.getDirectory()",
    cookies: "cookieStore.get('x')",
  };
  const { told } = await attack({ code: trying(channels) });
  expectEach(told, channels, /^(ReferenceError|TypeError): /);
});

it("no global, symbol, event target, module or memory that both have", async () => {
  const code = `
    const shared = new SharedArrayBuffer(8);
    export default { async beforePublish() {
      const process = (await import("node:process")).default;
      const shell = await import("shell.js");
      const places = [globalThis, Symbol, console, scheduler, navigator, caches, process, process.env, shell.default, crypto, performance];
      const found = places.map((place) => place[Symbol.for("mailbox")] ?? null).filter((it) => it !== null);
      for (const place of places) try { place[Symbol.for("mailbox")] = "a letter"; } catch {}
      addEventListener("letter", () => { globalThis.letter = true; });
      const before = globalThis.letter ?? null;
      dispatchEvent(new Event("letter"));
      return say([found, before, new Int32Array(shared)[0]++]);
    } };`;
  const reports = await attackTogether({ one: { code }, other: { code } });
  expect(Object.values(reports).map(saidIn)).toEqual([
    [[], null, 0],
    [[], null, 0],
  ]);
});
