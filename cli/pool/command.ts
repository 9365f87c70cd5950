// `emgate pool`, `emgate pool add N`: the databases that plugins get, and more of them.
// Never makes or wipes a database: the server does, and in production wrangler.
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { EmgateError } from "../../contracts/errors.ts";
import type { PoolDatabase } from "../../contracts/site.ts";
import { addExample } from "../program/add-example.ts";
import { formatTable } from "../program/format-table.ts";
import type { Paint } from "../program/io.ts";
import type { Answer, Answering, CommandContext } from "../program/run-command.ts";
import { useServer } from "../session/use-server.ts";
import { type AddedDatabase, addPoolEntries } from "./add-entries.ts";

/** Databases added at once; a file that is read by people. */
const MAX_ADDED = 1_000;

interface AddOptions {
  readonly config: string;
}

interface Added {
  readonly config: string;
  readonly added: readonly AddedDatabase[];
}

export function addPoolCommand(program: Command, answer: Answering): void {
  const group = program
    .command("pool")
    .description("list the databases for plugins, whose each is and since when")
    .action(() =>
      answer(group, async (context) => ({
        json: await useServer(context, (admin) => admin.listPool()),
        render: renderPool,
      })),
    );
  addExample(group, "emgate pool");
  const add = group
    .command("add")
    .description("add databases to the pool in wrangler.toml")
    .argument("<count>", `how many, 1 to ${MAX_ADDED}`, parseCount)
    .option("--config <file>", "the gateway's wrangler.toml", "wrangler.toml")
    .action((count: number, options: AddOptions) =>
      answer(add, async (context) => addToPool(context, count, options)),
    );
  addExample(add, "emgate pool add 4");
}

export function renderPool(pool: readonly PoolDatabase[], paint: Paint): string {
  const table = formatTable(
    ["NAME", "STATE", "SITE", "PLUGIN", "MAJOR", "SINCE"],
    pool.map(({ name, state, site, plugin, major, since }) => [
      name,
      state,
      site ?? "-",
      plugin ?? "-",
      major === null ? "-" : String(major),
      since,
    ]),
    "no databases; `emgate pool add N` adds some to wrangler.toml",
  );
  const free = pool.filter(({ state }) => state === "free").length;
  const more = free === 0 ? "; `emgate pool add N` adds more" : "";
  return `${table}\n${paint(free === 0 ? "yellow" : "green", `${free} of ${pool.length} are free${more}`)}`;
}

function addToPool({ io }: CommandContext, count: number, { config }: AddOptions): Answer<Added> {
  const file = resolve(io.cwd, config);
  const { text, added } = addPoolEntries(readConfig(file, config), count);
  writeFileSync(file, text);
  return { json: { config: file, added }, render: renderAdded };
}

function renderAdded({ config, added }: Added, paint: Paint): string {
  const names = added.map(({ binding }) => binding).join(", ");
  return [
    `${paint("green", "added")} ${names} to ${config}; a local server has them when it starts again`,
    "in production, make each one, put its id in the place of database_id, then deploy:",
    ...added.map(({ name }) => `  npx wrangler d1 create ${name}`),
  ].join("\n");
}

function readConfig(file: string, named: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new EmgateError("NOT_FOUND", `${named} cannot be read; --config names the gateway's`, { cause });
  }
}

function parseCount(text: string): number {
  const count = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= MAX_ADDED) return count;
  throw new InvalidArgumentError(`expected a number from 1 to ${MAX_ADDED}`);
}
