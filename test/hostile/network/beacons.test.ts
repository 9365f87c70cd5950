// A plugin sends a beacon, which is answered yes whatever becomes of it.
import { expect, it } from "vitest";
import { sha256Hex } from "../../../contracts/digest.ts";
import { loadWorkerCode } from "../../../services/sandbox/isolate.ts";
import { attack } from "../attack.ts";
import { trying } from "../plugin-text.ts";

const code = trying({ beacon: 'navigator.sendBeacon("https://example.com/", "x")' });

it("is told yes, and nothing more", async () => {
  const { told } = await attack({ code });
  expect(told).toEqual({ beacon: "got true" });
});

it("has no channel that a beacon could take: an isolate is made without", async () => {
  const job = { site: "any", plugin: "any", code: await sha256Hex(code) };
  const made = await loadWorkerCode(job, async () => code);
  // Left out, the channel would be the gateway's own.
  expect(made).toMatchObject({ env: {}, globalOutbound: null });
});
