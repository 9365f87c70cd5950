// A plugin has the garbage collector, or the disposal of what it handed over, run code when its call is over.
import { it } from "vitest";
import { expectNothingLands } from "./working-on.ts";

it.concurrent.each([
  [
    "a finalisation registry",
    `globalThis.registry ??= new FinalizationRegistry((callback) => callback());
     (() => { for (let n = 0; n < 100; n += 1) registry.register({ n }, later); })();
     for (let n = 0; n < 20; n += 1) new Array(100_000).fill(n)`,
  ],
  [
    "a weak reference that is watched",
    `const watched = new WeakRef({});
     void (async () => { for (let turn = 0; turn < 20 && watched.deref(); turn += 1) await scheduler.wait(5); await later(); })()`,
  ],
  [
    "the disposal of an argument that the host dropped",
    `const { RpcTarget } = await import("cloudflare:workers");
     class Bomb extends RpcTarget { [Symbol.dispose]() { void later(); } }
     await attempt(() => raw.log.write(new Bomb()))`,
  ],
  ["the end of a block", "{ await using guard = { async [Symbol.asyncDispose]() { void soon(); } }; }"],
])("nothing lands: %s", async (_what, start) => {
  await expectNothingLands(start);
});
