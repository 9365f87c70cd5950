// A plugin sends a small value whose parts are the same object, so that whoever walks it walks it twice at each step.
import { expect, it } from "vitest";
import { parsePutOptions } from "../../../capabilities/kv-values.ts";
import { attack } from "../attack.ts";
import { trying } from "../plugin-text.ts";

/** Two to this power are its leaves; a message holds each part once. */
const STEPS = 18;

const doubled = `(() => { let it = {}; for (let n = 0; n < ${STEPS}; n += 1) it = { a: it, b: it }; return it; })()`;

it("is refused in few words", async () => {
  const calls = {
    metadata: `api.kv.put("k", "v", { metadata: ${doubled} })`,
    key: `api.kv.get(${doubled})`,
    patch: `api.html.transform(${doubled})`,
    attributes: `api.html.transform({ elements: [{ selector: "p", setAttributes: ${doubled} }] })`,
    lines: `steal(api).log.write([${doubled}])`,
  };
  const scopes = ["hook:beforePublish", "read:kv", "write:kv", "transform:html"] as const;
  const { told } = await attack(
    { code: trying(calls), scopes },
    { refused: ["html.transform.transform", "kv.read.get", "kv.write.put"] },
  );
  expect(Object.keys(told)).toEqual(Object.keys(calls));
  for (const answer of Object.values(told))
    expect(answer).toMatch(/^(INVALID_ARGUMENT|PAYLOAD_TOO_LARGE|QUOTA_EXCEEDED): /);
});

it("costs the host no more steps than what is taken could have", () => {
  let looks = 0;
  const look = <T>(inner: T): T => {
    looks += 1;
    return inner;
  };
  let metadata: object = {};
  for (let step = 0; step < STEPS; step += 1) {
    const inner = metadata;
    metadata = Object.defineProperties(
      {},
      {
        a: { enumerable: true, get: () => look(inner) },
        b: { enumerable: true, get: () => look(inner) },
      },
    );
  }
  expect(() => parsePutOptions({ metadata }, Date.now())).toThrow();
  // Metadata has at most 1,024 bytes, and each part takes one at least. With a step more it is twice as many looks,
  // and with 60 the gateway never answers anybody again.
  expect(looks).toBeLessThan(10_000);
});
