import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "thirteen gigabytes of zeros through gzip",
  inHook: `
    const zeros = new Uint8Array(2 ** 26);
    let left = 200;
    const source = new ReadableStream({
      pull(controller) { if (left-- > 0) controller.enqueue(zeros); else controller.close(); },
    });
    return (await new Response(source.pipeThrough(new CompressionStream("gzip"))).arrayBuffer()).byteLength > 0;`,
  ends: "wedge",
  why: "it is computed at once, piece by piece, and no piece waits for anything",
};
