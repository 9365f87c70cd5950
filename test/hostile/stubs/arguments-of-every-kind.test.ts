// A plugin calls with values of every kind that crosses, where text or plain data belongs.
import { expect, it } from "vitest";
import { attack } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";

const VALUES = {
  undefined: "undefined",
  null: "null",
  "not a number": "NaN",
  "a bigint": "1n",
  "a date": "new Date(0)",
  "a bad date": "new Date(NaN)",
  "a regular expression": "/(a+)+$/",
  "an error": "new Error('x')",
  "a map": "new Map([['secret', 1]])",
  "a set": "new Set(['secret'])",
  "a typed array": "new Uint8Array(8)",
  "a view of shared memory": "new Uint8Array(new SharedArrayBuffer(8))",
  "a data view": "new DataView(new ArrayBuffer(8))",
  "a sparse array": "Object.assign([], { length: 4_000_000_000 })",
  "a boxed text": "new String('secret')",
  headers: "new Headers({ a: 'b' })",
  "a request": "new Request('https://x.example/')",
  "a response": "new Response('x')",
  "a readable stream": "new Response('x').body",
  "a writable stream": "new IdentityTransformStream().writable",
  "a blob": "new Blob(['x'])",
  "an abort signal": "AbortSignal.abort()",
  "a message port": "new MessageChannel().port1",
  "a web socket": "new WebSocketPair()[0]",
  "a response with a socket": "new Response(null, { status: 101, webSocket: new WebSocketPair()[0] })",
  "a key of crypto": "await crypto.subtle.generateKey({ name: 'AES-GCM', length: 128 }, true, ['encrypt'])",
  "an object without a prototype": "Object.create(null)",
  "an own __proto__": `JSON.parse('{"__proto__": {"prefix": "x"}}')`,
  "a cycle": "(() => { const it = {}; it.self = it; return it; })()",
  "a deep nest": "(() => { let it = []; for (let n = 0; n < 500; n += 1) it = [it]; return it; })()",
};

const code = pluginOf(`async beforePublish({ api }) {
  const values = { ${Object.entries(VALUES)
    .map(([name, text]) => `${JSON.stringify(name)}: async () => (${text})`)
    .join(",\n")} };
  const passed = {};
  for (const [name, make] of Object.entries(values)) {
    for (const [method, call] of Object.entries({
      "kv.get": (value) => api.kv.get(value), "kv.put key": (value) => api.kv.put(value, "v"),
      "kv.delete": (value) => api.kv.delete(value), "pages.get": (value) => api.pages.get(value),
      "html.transform": (value) => api.html.transform(value), "html.apply": (value) => api.html.apply("<p>", value),
    })) {
      // 25 is the code of what cannot be cloned.
      const answer = await attempt(async () => call(await make()));
      if (!/^(INVALID_ARGUMENT|25|TypeError|Error): /.test(answer)) passed[method + " with " + name] = answer;
    }
  }
  return tell(passed);
}`);

it("is refused, by the crossing or by the schema, and the host keeps its shape", async () => {
  const scopes = ["hook:beforePublish", "read:kv", "write:kv", "read:pages", "transform:html"] as const;
  const { told } = await attack(
    { code, scopes },
    {
      refused: [
        "html.transform.apply",
        "html.transform.transform",
        "kv.read.get",
        "kv.write.delete",
        "kv.write.put",
        "pages.read.get",
      ],
    },
  );
  // An object without anything in it is an empty patch, whatever class it was of at home.
  expect(Object.keys(told).filter((name) => !/^html\./.test(name))).toEqual([]);
  for (const answer of Object.values(told)) expect(answer).toMatch(/^got (\{"dropped":\[\]\}|<p>)$/);
});
