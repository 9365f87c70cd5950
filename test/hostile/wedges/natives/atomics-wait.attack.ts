import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "Atomics.wait without an end",
  inHook: "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);",
  ends: ["error", "PLUGIN_ERROR"],
  why: "workerd lets no isolate put its thread to sleep",
};
