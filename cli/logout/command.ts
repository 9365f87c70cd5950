// `emgate logout`: forgets what `emgate login` kept.
// Never revokes the token: that is `emgate tokens revoke`.
import { homedir } from "node:os";
import type { Command } from "commander";
import { addExample } from "../program/add-example.ts";
import type { Answering } from "../program/run-command.ts";
import { forgetSession, userFolder } from "../session/kept-session.ts";

export function addLogoutCommand(program: Command, answer: Answering): void {
  const command = program
    .command("logout")
    .description("forget the token that login keeps; the token itself stays good until it is revoked")
    .action(() =>
      answer(command, async ({ io }) => ({
        json: { removed: forgetSession(userFolder({ home: homedir(), env: io.env })) },
        render: ({ removed }: { removed: boolean }) => (removed ? "logged out" : "nobody was logged in"),
      })),
    );
  addExample(command, "emgate logout");
}
