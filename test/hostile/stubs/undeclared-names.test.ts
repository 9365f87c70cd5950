// A plugin calls what is not the interface of its stub: the host's own fields and methods, and platform handlers.
import { expect, it } from "vitest";
import { attack } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";

const NAMES = [
  "terms",
  "subject",
  "invocation",
  "ports",
  "store",
  "sink",
  "work",
  "env",
  "ctx",
  "props",
  "perform",
  "record",
  "takeTurn",
  "close",
  "open",
  "_names",
  "#invocation",
  "#open",
  "prototype",
  "hasOwnProperty",
  "__lookupGetter__",
  "__defineGetter__",
  "isPrototypeOf",
  "email",
  "inspect",
  "toJSON",
  "test",
  "trace",
  "",
  " get",
  "GET",
  "get()",
  "kv.get",
  "0",
];

/** What each name of the stub and of its families answers, called with a text and read. */
const code = pluginOf(`async beforePublish({ api }) {
  const raw = steal(api);
  const answered = {};
  for (const name of ${JSON.stringify(NAMES)}) {
    for (const [path, target] of [["api", raw], ["kv", raw.kv], ["pages", raw.pages], ["db", raw.db], ["html", raw.html], ["log", raw.log]]) {
      // Straight to the other side: the stub's own prototype answers for some of these names here.
      const ask = name in Object.prototype || name in Function.prototype ? null : target[name];
      if (typeof ask !== "function") continue;
      const called = await attempt(() => ask("x"));
      const read = await attempt(() => target[name]);
      if (!/^TypeError: The RPC receiver does not implement/.test(called)) answered[path + "." + name] = called;
      if (!/^TypeError: The RPC receiver does not implement/.test(read)) answered[path + "." + name + " (read)"] = read;
    }
  }
  return tell(answered);
}`);

it("is told that none of them is there", async () => {
  const { told } = await attack({
    code,
    scopes: ["hook:beforePublish", "read:kv", "write:kv", "read:pages"],
  });
  expect(told).toEqual({});
});
