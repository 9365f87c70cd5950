// A plugin hands ends of channels to the host, in hope that another plugin gets them.
import { expect, it } from "vitest";
import { attack } from "../attack.ts";
import { trying } from "../plugin-text.ts";

const ends = {
  "a port": "new MessageChannel().port1",
  "a socket": "new WebSocketPair()[0]",
  "a response with a socket": "new Response(null, { status: 101, webSocket: new WebSocketPair()[0] })",
  "a writable": "new IdentityTransformStream().writable",
  "shared memory": "new SharedArrayBuffer(8)",
  "a rewritten stream": "new HTMLRewriter().on('*', {}).transform(new Response('<p>')).body",
  "an event stream": "EventSource.from(new Response('data: x').body)",
};

it("is refused all but bytes, which it may keep for itself", async () => {
  const calls = Object.entries(ends).map(([name, end]) => [name, `api.kv.put("end", ${end})`]);
  const { told } = await attack(
    { code: trying(Object.fromEntries(calls)), scopes: ["hook:beforePublish", "write:kv"] },
    { refused: ["kv.write.put"], keeps: { end: "<p>" } },
  );
  const { "a rewritten stream": bytes, ...others } = told;
  expect(bytes).toBe("got undefined");
  expect(Object.keys(others)).toHaveLength(6);
  for (const answer of Object.values(others)) expect(answer).not.toMatch(/^got /);
});
