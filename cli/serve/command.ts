// `emgate serve`: the gateway on this machine, until it is stopped. `npm start` is `emgate serve --demo`.
// Never listens on anything but this machine's own address.
import { resolve } from "node:path";
import type { Command } from "commander";
import { addExample } from "../program/add-example.ts";
import { cleanStrings } from "../program/clean-text.ts";
import { parsePatienceMs, parsePort } from "../program/parse-options.ts";
import type { Answering, CommandContext } from "../program/run-command.ts";
import { UsageError } from "../program/usage-error.ts";
import { keepSession, STATE_FOLDER } from "../session/kept-session.ts";
import { DEFAULT_PORT } from "../session/locate-server.ts";
import { renderSetUp, setUpServer } from "./set-up-server.ts";
import { tellIncidents } from "./tell-incidents.ts";
import { waitForStop } from "./wait-for-stop.ts";

interface ServeOptions {
  readonly port?: number;
  readonly state?: string;
  readonly demo?: boolean;
  readonly patience?: number;
}

export function addServeCommand(program: Command, answer: Answering): void {
  const command = program
    .command("serve")
    .description("run the gateway on this machine until Ctrl-C")
    .option("--port <port>", `the port (default: PORT, else ${DEFAULT_PORT})`, parsePort)
    .option("--state <folder>", `where everything is kept (default: EMGATE_STATE, else ${STATE_FOLDER} here)`)
    .option(
      "--patience <ms>",
      "how long nothing may be answered before the runtime is taken for held up (default: 1800)",
      parsePatienceMs,
    )
    .option("--demo", "set up the site `demo` with content and the example plugins")
    .action((options: ServeOptions) =>
      answer(command, async (context) => {
        await serve(context, options);
        return null;
      }),
    );
  addExample(command, "emgate serve --demo", "emgate serve --port 9000 --state /tmp/emgate");
}

/** Prints what there is to know as soon as it is known, and returns when the server has stopped. */
async function serve(context: CommandContext, options: ServeOptions): Promise<void> {
  const { io } = context;
  const { port, state, demo = false, patience: patienceMs } = options;
  const json = context.options.json === true;
  const stateDir = resolve(io.cwd, state ?? (io.env.EMGATE_STATE || STATE_FOLDER));
  // Imported when needed: it loads wrangler.
  const { startGateway } = await import("../runtime/index.ts");
  const { useAdmin } = await import("../session/connect-admin.ts");
  const gateway = await startGateway({ port: port ?? readPort(io.env.PORT), stateDir, patienceMs });
  const warn = (text: string) => void context.warn(text);
  tellIncidents(gateway, warn);
  try {
    const stopped = waitForStop();
    const address = { url: gateway.url, token: gateway.operatorToken };
    keepSession(stateDir, address);
    if (!json) await io.writeOut(`emgate listens on ${io.paintOut("bold", gateway.url)}\n`);
    const setUp = await useAdmin(address, (admin) =>
      setUpServer(admin, { url: gateway.url, stateDir, demo, warn }),
    );
    await io.writeOut(
      json ? `${JSON.stringify(setUp)}\n` : `${renderSetUp(cleanStrings(setUp), io.cwd, io.paintOut)}\n`,
    );
    await stopped;
  } finally {
    await gateway.close();
  }
}

function readPort(text: string | undefined): number {
  if (!text) return DEFAULT_PORT;
  try {
    return parsePort(text);
  } catch {
    throw new UsageError(`PORT is ${text}; expected a port: 1 to 65535`);
  }
}
