// A document as a stream of bytes: each part goes out as soon as it is there.

/**
 * The bytes of what `parts` yields, pulled one part at a time: a slow reader holds the writer back.
 * A part that fails breaks the transfer off: half a page must not pass for a whole one.
 */
export function streamText(parts: AsyncGenerator<string, void, undefined>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await parts.next();
      if (next.done === true) controller.close();
      else controller.enqueue(encoder.encode(next.value));
    },
    async cancel() {
      await parts.return();
    },
  });
}
