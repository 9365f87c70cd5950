// A plugin opens a WebSocket or an event stream to somewhere else.
import { it } from "vitest";
import { attack } from "../attack.ts";
import { trying } from "../plugin-text.ts";
import { expectEach } from "../told.ts";

const opened = `const opened = (make) => new Promise((resolve, reject) => {
  const socket = make();
  socket.onopen = () => resolve("open");
  socket.onerror = (event) => reject(event.error ?? new Error(event.message ?? "failed"));
});`;

const connections = {
  WebSocket: 'opened(() => new WebSocket("wss://example.com"))',
  "WebSocket in clear": 'opened(() => new WebSocket("ws://localhost/rpc"))',
  EventSource: 'opened(() => new EventSource("https://example.com"))',
  "an event stream of a fetch":
    'fetch("https://example.com").then(({ body }) => opened(() => EventSource.from(body)))',
};

it("connects to nothing", async () => {
  const { told } = await attack({ code: trying(connections, opened) });
  expectEach(told, connections, /not permitted to access the internet/);
});
