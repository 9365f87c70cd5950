// A server that is not there, or does not speak, ends a command soon and with a message that helps.
import { createServer, type Server } from "node:net";
import { afterEach, expect, it } from "vitest";
import { useAdmin } from "../../../cli/session/connect-admin.ts";

let server: Server | undefined;

afterEach(() => void server?.close());

async function listen(answer: string | null): Promise<string> {
  const started = createServer((socket) => {
    socket.on("error", () => undefined);
    if (answer !== null) socket.end(answer);
  });
  server = started;
  await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", resolve));
  const address = started.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
}

const token = "a-token-of-enough-length";
const work = () => Promise.reject(new Error("no session should have been opened"));

it("names the address and npm start when nobody listens", async () => {
  const url = await listen(null);
  server?.close();
  await expect(useAdmin({ url, token }, work)).rejects.toMatchObject({
    code: "UNAVAILABLE",
    message: expect.stringMatching(new RegExp(`${url}.*npm start`)),
  });
});

it("names the address when another program listens there", async () => {
  const url = await listen("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  await expect(useAdmin({ url, token }, work)).rejects.toMatchObject({ code: "UNAVAILABLE" });
});

it("gives up on a listener that never answers", async () => {
  const url = await listen(null);
  const startedAtMs = performance.now();
  await expect(useAdmin({ url, token }, work)).rejects.toMatchObject({ code: "UNAVAILABLE" });
  expect(performance.now() - startedAtMs).toBeLessThan(8_000);
});
