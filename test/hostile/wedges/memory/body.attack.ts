import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a body of a response that never ends",
  inHook: `
    const pull = (controller) => controller.enqueue(new Uint8Array(2 ** 24).fill(1));
    await new Response(new ReadableStream({ pull })).arrayBuffer();`,
  ends: "death",
  why: "the runtime gathers it for the plugin",
};
