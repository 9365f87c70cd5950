import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a getter in an argument of a call",
  inHook: 'await steal(api).kv.put("key", { get value() { for (;;); } });',
  ends: "wedge",
  why: "the argument is copied in the plugin's own isolate",
};
