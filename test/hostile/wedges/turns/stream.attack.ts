import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a stream that always has more",
  inHook: `
    const source = new ReadableStream({ pull(controller) { controller.enqueue(1); } });
    await source.pipeTo(new WritableStream());`,
  ends: "wedge",
  why: "both ends are the plugin's own, so it waits for microtasks alone",
};
