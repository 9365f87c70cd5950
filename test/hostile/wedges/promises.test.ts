// What is promised to whoever runs plugins on their own machine: `npm start` goes on whatever a plugin does, and
// `emgate run` tells its author. Each server here is fresh: no wedge has been before.
import { afterEach, expect, it } from "vitest";
import { makeWorkplace, runEmgate, type Workplace } from "../../cli/end-to-end/emgate.ts";
import { PAGE, writePlugin } from "../../cli/end-to-end/fixtures.ts";
import { type Host, startHost } from "./host.ts";
import { attack as endlessFor } from "./loops/for.attack.ts";
import { attack as indexOf } from "./natives/index-of.attack.ts";
import { expectNobodyStopped, expectSurvived } from "./proofs.ts";
import { makeFirstWedge } from "./target.ts";

let host: Host | undefined;
let place: Workplace | undefined;
afterEach(async () => {
  await host?.stop();
  place?.remove();
  host = undefined;
  place = undefined;
});

it("a served site goes on: the first wedge disables nobody, the second its plugin alone", async () => {
  host = await startHost();
  const target = await makeFirstWedge(host, indexOf);
  await expectNobodyStopped(host, target);
  await expectSurvived(host, target, indexOf);
});

it.each([endlessFor, indexOf])("`emgate run` ends $name as CPU_LIMIT", async ({ inHook }) => {
  place = makeWorkplace();
  place.write("event.json", PAGE);
  const plugin = writePlugin(place, "endless", `async beforePublish() { ${inHook} }`);
  const args = ["run", plugin, "--hook", "beforePublish", "--event", "event.json", "--json"];
  const { status, out } = await runEmgate(args, { cwd: place.path });
  expect(status).toBe(1);
  const report = JSON.parse(out);
  expect(report).toMatchObject({ outcome: "timeout", error: { code: "CPU_LIMIT" } });
  console.info(`ended after ${report.durationMs} ms`);
});
