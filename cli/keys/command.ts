// `emgate keys list|rotate|retire`: the keys that sign a deployment's grants.
// Never shows or moves a private part; that stays with the server.
import type { Command } from "commander";
import type { KeyStatus } from "../../contracts/rpc.ts";
import { addExample } from "../program/add-example.ts";
import { askUnlessYes } from "../program/ask.ts";
import { formatTable } from "../program/format-table.ts";
import type { Paint } from "../program/io.ts";
import { reasonOption } from "../program/parse-options.ts";
import type { Answer, Answering, CommandContext } from "../program/run-command.ts";
import { useServer } from "../session/use-server.ts";

interface RetireOptions {
  readonly reason?: string;
  readonly yes?: boolean;
}

export function addKeysCommand(program: Command, answer: Answering): void {
  const group = program.command("keys").description("list, rotate and retire the keys that sign grants");
  const list = group
    .command("list")
    .description("list the keys: the current one signs, previous ones still verify, retired ones no more")
    .action(() =>
      answer(list, async (context) => ({
        json: await useServer(context, (admin) => admin.listKeys()),
        render: renderKeys,
      })),
    );
  addExample(list, "emgate keys list");
  const rotate = group
    .command("rotate")
    .description("sign with a new key from now on; grants signed before stay good")
    .action(() =>
      answer(rotate, async (context) => ({
        json: await useServer(context, (admin) => admin.rotateKey()),
        render: ({ kid }: KeyStatus, paint: Paint) =>
          `${paint("green", "rotated")}: ${kid} signs from now on\nnext, once grants are renewed: emgate keys retire <the previous kid>`,
      })),
    );
  addExample(rotate, "emgate keys rotate");
  const retire = group
    .command("retire")
    .description("stop trusting a previous key; every grant it signed is void on every site")
    .argument("<kid>", "the key's id, as `emgate keys list` shows it")
    .addOption(reasonOption())
    .option("--yes", "retire without asking")
    .action((kid: string, options: RetireOptions) =>
      answer(retire, (context) => retireKey(context, kid, options)),
    );
  addExample(retire, 'emgate keys retire key-1 --reason "its backup was lost"');
}

async function retireKey(
  context: CommandContext,
  kid: string,
  options: RetireOptions,
): Promise<Answer<KeyStatus & { drainedMs: number }>> {
  const { reason } = options;
  const question = `Retire ${kid}? Every grant that it signed is void then, on every site.`;
  await askUnlessYes(context, options, question, "nothing was retired");
  return {
    json: await useServer(context, (admin) =>
      admin.retireKey({ kid, ...(reason !== undefined && { reason }) }),
    ),
    render: (view, paint) => `${paint("green", "retired")} ${view.kid}; drained in ${view.drainedMs} ms`,
  };
}

function renderKeys(keys: readonly KeyStatus[]): string {
  return formatTable(
    ["KEY", "STATE", "CREATED", "RETIRED"],
    keys.map(({ kid, state, createdAt, retiredAt }) => [kid, state, createdAt, retiredAt ?? "-"]),
    "no keys",
  );
}
