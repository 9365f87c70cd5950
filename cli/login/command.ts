// `emgate login [--url U]`: keeps a token for a server in the user's configuration folder, for later commands.
// Never takes the token as an argument: other users of the machine could read it there.
import { homedir } from "node:os";
import type { Command } from "commander";
import { EmgateError } from "../../contracts/errors.ts";
import { addExample } from "../program/add-example.ts";
import type { Answer, Answering, CommandContext } from "../program/run-command.ts";
import { UsageError } from "../program/usage-error.ts";
import { isLoopback, keepSession, userFolder } from "../session/kept-session.ts";
import { findServer } from "../session/use-server.ts";
import { checkToken, type Identity } from "./check-token.ts";
import { readToken } from "./read-token.ts";

interface Login extends Identity {
  readonly url: string;
}

export function addLoginCommand(program: Command, answer: Answering): void {
  const command = program
    .command("login")
    .description("keep a token for a server; it is asked for on a terminal, else read from stdin")
    .action(() => answer(command, login));
  addExample(
    command,
    "emgate login --url https://emgate.example.com",
    "pass show emgate | emgate login --url https://emgate.example.com",
  );
}

async function login(context: CommandContext): Promise<Answer<Login>> {
  const { io, options } = context;
  if (options.token !== undefined) {
    throw new UsageError("login takes no --token: it asks for the token, or reads it from stdin");
  }
  const { url } = findServer(context);
  if (url.startsWith("http:") && !isLoopback(url)) {
    await context.warn(`${url} is not encrypted: whoever is in between can read the token`);
  }
  const token = await readToken(io, url);
  if (token === null) throw new EmgateError("UNAUTHENTICATED", "nothing was kept: you cancelled");
  const { useAdmin } = await import("../session/connect-admin.ts");
  const who = await checkToken(() => useAdmin({ url, token }, (admin) => admin.whoAmI()));
  keepSession(userFolder({ home: homedir(), env: io.env }), { url, token });
  if (io.env.EMGATE_TOKEN) await context.warn("EMGATE_TOKEN is set, and goes before what was kept");
  return {
    json: { url, ...who },
    render: (view, paint) => {
      const label = view.label === "" ? "" : ` («${view.label}»)`;
      const where = view.site === null ? "the deployment" : `site ${view.site}`;
      return `${paint("green", "logged in")} to ${view.url} as ${view.role} of ${where}${label}`;
    },
  };
}
