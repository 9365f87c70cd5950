import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "two ports that answer each other",
  inHook: `
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => port1.postMessage(1);
    port2.onmessage = () => port2.postMessage(1);
    port1.postMessage(1);
    await scheduler.wait(60_000);`,
  ends: "wedge",
  why: "a message takes a microtask",
};
