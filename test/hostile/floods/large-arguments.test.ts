// A plugin calls with arguments as large as a message can be, and larger.
import { expect, it } from "vitest";
import { attack } from "../attack.ts";
import { trying } from "../plugin-text.ts";

const HUGE = "'x'.repeat(30 * 2 ** 20)";

it("is refused by size, each time", async () => {
  const calls = {
    value: `api.kv.put("k", ${HUGE})`,
    "bytes for a value": 'api.kv.put("k", new Uint8Array(30 * 2 ** 20))',
    metadata: `api.kv.put("k", "v", { metadata: ${HUGE} })`,
    "metadata of a million": 'api.kv.put("k", "v", { metadata: new Array(1_000_000).fill(0) })',
    key: `api.kv.get(${HUGE})`,
    page: `api.pages.get(${HUGE})`,
    cursor: `api.kv.list({ cursor: ${HUGE} })`,
    document: `api.html.apply(${HUGE}, {})`,
    fragment: `api.html.transform({ appendBody: ${HUGE} })`,
    "a million elements": "api.html.transform({ elements: new Array(1_000_000).fill(1) })",
    "100,000 keys":
      "api.html.transform(Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => ['k' + n, n])))",
    "a million lines": "steal(api).log.write(new Array(1_000_000).fill(1))",
  };
  const crossing = { "past a message": `api.kv.put("k", 'x'.repeat(40 * 2 ** 20))` };
  const scopes = ["hook:beforePublish", "read:kv", "write:kv", "read:pages", "transform:html"] as const;
  const { told } = await attack(
    { code: trying({ ...calls, ...crossing }), scopes },
    {
      refused: [
        "html.transform.apply",
        "html.transform.transform",
        "kv.read.get",
        "kv.read.list",
        "kv.write.put",
        "pages.read.get",
      ],
    },
  );
  const { "past a message": past, ...others } = told;
  expect(past).toMatch(/limited to 32MiB/);
  expect(Object.keys(others)).toEqual(Object.keys(calls));
  for (const answer of Object.values(others)) {
    expect(answer).toMatch(/^(INVALID_ARGUMENT|PAYLOAD_TOO_LARGE|QUOTA_EXCEEDED): /);
    // And in few words, whatever was sent.
    expect(answer.length).toBeLessThan(350);
  }
});
