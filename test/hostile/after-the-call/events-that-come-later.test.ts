// A plugin lets events of its own realm call it back when its call is over.
import { it } from "vitest";
import { expectNothingLands } from "./working-on.ts";

it.concurrent.each([
  [
    "a message port",
    "const { port1, port2 } = new MessageChannel(); port1.onmessage = () => soon(); port2.postMessage(1)",
  ],
  [
    "a web socket pair",
    "const [one, other] = Object.values(new WebSocketPair()); one.accept(); other.accept(); one.addEventListener('message', () => soon()); other.send('x')",
  ],
  [
    "an unhandled rejection",
    "addEventListener('unhandledrejection', () => soon()); Promise.reject(new Error('x'))",
  ],
  [
    "a stream that is pulled",
    "const stream = new ReadableStream({ async pull(c) { await soon(); c.close(); } }); void stream.getReader().read()",
  ],
  [
    "a transform that never ends",
    "const { readable, writable } = new TransformStream({ transform: () => soon() }); void writable.getWriter().write(new Uint8Array(1)); void readable.getReader().read()",
  ],
])("nothing lands: %s", async (_what, start) => {
  await expectNothingLands(start);
});
