// A plugin goes through the globals: any name that is not known here must be looked at before plugins get it.
import { expect, it } from "vitest";
import { attack } from "../attack.ts";
import { trying } from "../plugin-text.ts";

/** What reaches out of the isolate, or runs text; each of those that are there is proved harmless in these folders. */
const PROVED = ["caches", "fetch", "eval", "navigator", "scheduler", "crypto", "console", "performance"];
const ABSENT = [
  "process",
  "Buffer",
  "require",
  "global",
  "module",
  "__dirname",
  "gc",
  "d8",
  "Worker",
  "SharedWorker",
  "BroadcastChannel",
  "XMLHttpRequest",
  "RTCPeerConnection",
  "indexedDB",
  "localStorage",
  "sessionStorage",
  "cookieStore",
  "document",
  "window",
  "postMessage",
  "onmessage",
  "clients",
  "registration",
  "ShadowRealm",
  "Deno",
  "Bun",
  "SystemHandle",
  "vitest",
  "__vitest_worker__",
];

it("finds none that reaches anything", async () => {
  const lower =
    "Object.getOwnPropertyNames(globalThis).concat(Object.getOwnPropertyNames(Object.getPrototypeOf(globalThis)))";
  const { told } = await attack({
    code: trying({
      objects: `[...new Set(${lower})].filter((name) => typeof globalThis[name] === "object" && globalThis[name] !== null && !/^[A-Z]/.test(name)).sort()`,
      absent: `${JSON.stringify(ABSENT)}.filter((name) => name in globalThis)`,
      internal: `[...new Set(${lower})].filter((name) => /internal|unsafe|loader|secret|binding/i.test(name))`,
      navigator:
        '["storage", "locks", "credentials", "gpu", "serviceWorker", "usb", "clipboard"].filter((name) => name in navigator)',
    }),
  });
  const objects = JSON.parse(told.objects?.slice(4) ?? "[]") as string[];
  expect(objects.filter((name) => !PROVED.includes(name))).toEqual(["globalThis", "self"]);
  expect(told).toMatchObject({ absent: "got []", internal: "got []", navigator: "got []" });
});
