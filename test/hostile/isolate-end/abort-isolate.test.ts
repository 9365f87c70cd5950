// A plugin asks the runtime to end its isolate.
import { it } from "vitest";
import { expectOwnEnd } from "./ending.ts";

it("fails its own call, and is started anew for the next", async () => {
  await expectOwnEnd('(await import("cloudflare:workers")).abortIsolate("bye")');
});
