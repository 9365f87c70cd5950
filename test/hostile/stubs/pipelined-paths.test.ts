// A plugin asks for properties of answers before they are there: the path is walked on the host.
import { expect, it } from "vitest";
import { attack } from "../attack.ts";
import { trying } from "../plugin-text.ts";

const paths = {
  "of a text": 'steal(api).kv.get("own").length',
  "a method of a text": 'steal(api).kv.get("own").repeat(1_000_000)',
  "of an array": "steal(api).kv.list().keys.length",
  "a method of an array": "steal(api).kv.list().keys.map((key) => key)",
  "the constructor of an answer": 'steal(api).kv.list()["constructor\\0"]("return 1")',
  "the prototype of an answer": 'steal(api).kv.list()["__proto__\\0"].polluted',
  "a method of a method": 'steal(api).kv.get["call\\0"](null, "own")',
  "of nothing": 'steal(api).kv.get("none").x.y.z',
  "a path of 5,000 steps":
    "(() => { let it = steal(api); for (let n = 0; n < 5_000; n += 1) it = it.kv; return it.get('own'); })()",
  "a name of a megabyte": 'steal(api).kv["x".repeat(1_000_000)]()',
};

it("gets own data of its answers and nothing behind them", async () => {
  const scopes = ["hook:beforePublish", "read:kv", "write:kv"] as const;
  const { told } = await attack(
    {
      code: trying({ put: 'api.kv.put("own", "v")', own: "steal(api).kv.list().list_complete", ...paths }),
      scopes,
    },
    { keeps: { own: "v" } },
  );
  const { put, own, ...others } = told;
  expect([put, own]).toEqual(["got undefined", "got true"]);
  expect(Object.keys(others)).toEqual(Object.keys(paths));
  for (const answer of Object.values(others)) expect(answer).toMatch(/^TypeError: /);
});
