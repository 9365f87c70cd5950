import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a loop in a delivery",
  hook: "afterPublish",
  inHook: "for (;;) {}",
  ends: "wedge",
  why: "the alarm that works off deliveries calls it, when core has long been answered",
};
