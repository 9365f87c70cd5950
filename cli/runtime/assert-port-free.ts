// Says early and clearly that a port is taken.
// Never holds the port: another program may still take it before the gateway does, which fails there.
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { EmgateError } from "../../contracts/errors.ts";
import { systemCode } from "../files/read-files.ts";

/** Milliseconds given to a killed predecessor's workerd to let go. */
const GRACE_MS = 1_500;
const PAUSE_MS = 100;

/** @throws EmgateError CONFLICT naming the port when another program listens there */
export async function assertPortFree(port: number): Promise<void> {
  if (port === 0) return;
  const until = Date.now() + GRACE_MS;
  for (;;) {
    const code = await tryListen(port);
    if (code === null) return;
    if (code === "EACCES") {
      throw new EmgateError(
        "PERMISSION_DENIED",
        `this user may not listen on port ${port}; give another --port`,
      );
    }
    if (Date.now() > until) {
      throw new EmgateError(
        "CONFLICT",
        `port ${port} is in use by another program; give another with --port`,
        {
          details: { port },
        },
      );
    }
    await sleep(PAUSE_MS);
  }
}

/** The system's error code, or null when the port could be had. */
function tryListen(port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) => resolve(systemCode(error) ?? "UNKNOWN"));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(null)));
  });
}
