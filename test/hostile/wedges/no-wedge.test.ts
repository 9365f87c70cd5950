// What is no wedge, though nobody is answered for a while: the gateway's own work, and more visitors than it can
// serve at once. Plugins are watched meanwhile, and none of them has done it.
import { afterAll, beforeAll, expect, it } from "vitest";
import { ATTACK, type Attack } from "./attack.ts";
import { type Host, startHost } from "./host.ts";
import { attack as endlessFor } from "./loops/for.attack.ts";
import { expectNobodyStopped } from "./proofs.ts";
import { makeFirstWedge, openTarget, strike } from "./target.ts";

const VISITORS = 500;
/** Small ones, just below the 12 MiB that an import may have. */
const ENTRIES = 55_000;

let host: Host;
beforeAll(async () => {
  host = await startHost();
  await makeFirstWedge(host, endlessFor);
});
afterAll(() => host.stop());

function honest(changes: Partial<Attack>): Attack {
  return { name: "none", ends: ["ok", null], why: "it is honest", ...changes };
}

it("the largest import, while a plugin waits for a timer", async () => {
  const target = await openTarget(host, honest({ innocentTakesMs: 8_000 }));
  const { site } = target;
  const posts = Array.from({ length: ENTRIES }, (_, index) => ({
    id: `post-${index}`,
    slug: `post-${index}`,
    status: "published",
    data: { title: `${index} ${"of many ".repeat(10)}` },
  }));
  const fields = [{ slug: "title", label: "Title", type: "string" }];
  const seed = { version: "1", collections: [{ slug: "posts", label: "Posts", fields }], content: { posts } };
  const waiting = strike(host, target);
  const { created } = await host.act((admin) => admin.importSeed({ site, seed: JSON.stringify(seed) }));
  expect(created).toBe(ENTRIES);
  await waiting;
  await expectNobodyStopped(host, target);
});

it("five hundred visitors at once, of a page with plugins", async () => {
  const target = await openTarget(host, honest({ hook: "renderHtml" }));
  const visits = Array.from({ length: VISITORS }, async () => {
    const response = await fetch(`${host.url}/sites/${target.site}/posts/${ATTACK}`);
    await response.arrayBuffer();
    return response.status;
  });
  expect(new Set(await Promise.all(visits))).toEqual(new Set([200]));
  await expectNobodyStopped(host, target);
});
