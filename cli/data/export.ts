// Writes an export page by page, to a file that nobody else may read or to stdout.
// Never leaves half a file: it has its name when it is whole, and its last line says so.
import { existsSync, linkSync, rmSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { resolve } from "node:path";
import type { DataEntry, DataPage } from "../../contracts/data.ts";
import { EmgateError } from "../../contracts/errors.ts";
import type { PluginId, SiteId } from "../../contracts/ids.ts";
import type { Answer, CommandContext } from "../program/run-command.ts";
import { useServer } from "../session/use-server.ts";

/** Not for others to read: it holds what only the plugin could see. */
const MODE = 0o600;

export interface ExportOptions {
  readonly site: SiteId;
  readonly major?: number;
  readonly out?: string;
}

/** The last line of an export: without it, it broke off. */
interface ExportEnd {
  readonly kind: "end";
  readonly keys: number;
  readonly rows: number;
  readonly unreadable: number;
}

interface Exported extends Omit<ExportEnd, "kind"> {
  readonly file: string;
}

type WriteText = (text: string) => Promise<unknown>;

/** Null where it went to stdout, and nothing but it may. @throws CONFLICT where the file is there */
export async function exportData(
  context: CommandContext,
  plugin: PluginId,
  options: ExportOptions,
): Promise<Answer<Exported> | null> {
  const pages = readPages(context, plugin, options);
  if (options.out === undefined) {
    await writeEntries(context, pages, (text) => context.io.writeOut(text));
    return null;
  }
  const file = options.out;
  const { keys, rows, unreadable } = await intoNewFile(resolve(context.io.cwd, file), file, (write) =>
    writeEntries(context, pages, write),
  );
  return {
    json: { file, keys, rows, unreadable },
    exitStatus: unreadable === 0 ? 0 : 1,
    render: (view, paint) =>
      `${paint("green", "exported")} ${view.keys} keys and ${view.rows} rows of ${plugin} to ${view.file}`,
  };
}

/** A session a page: how much there is, no session's time limit should decide. */
async function* readPages(
  context: CommandContext,
  plugin: PluginId,
  { site, major }: ExportOptions,
): AsyncGenerator<readonly DataEntry[], void, void> {
  const target = { site, plugin, ...(major !== undefined && { major }) };
  let after: string | null = null;
  do {
    const args: typeof target & { after?: string } = { ...target, ...(after !== null && { after }) };
    const page: DataPage = await useServer(context, (admin) => admin.exportData(args));
    yield page.entries;
    after = page.cursor;
  } while (after !== null);
}

async function writeEntries(
  context: CommandContext,
  pages: AsyncIterable<readonly DataEntry[]>,
  write: WriteText,
): Promise<ExportEnd> {
  const counts = { keys: 0, rows: 0, unreadable: 0 };
  for await (const entries of pages) {
    for (const entry of entries) {
      if (entry.kind === "key") counts.keys += 1;
      if (entry.kind === "row") counts.rows += 1;
      if (entry.kind !== "unreadable") continue;
      counts.unreadable += 1;
      await context.warn(`${entry.name} could not be read whole: ${entry.reason}`);
    }
    if (entries.length > 0) await write(toLines(entries));
  }
  const end: ExportEnd = { kind: "end", ...counts };
  await write(toLines([end]));
  return end;
}

function toLines(entries: readonly (DataEntry | ExportEnd)[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");
}

/** The file comes to be when `fill` has ended well. @throws CONFLICT where there is one by then */
async function intoNewFile<T>(
  file: string,
  named: string,
  fill: (write: WriteText) => Promise<T>,
): Promise<T> {
  if (existsSync(file)) throw existsAlready(named);
  const temporary = `${file}.${process.pid}.part`;
  const handle = await openNew(temporary, named);
  try {
    const filled = await fill((text) => handle.appendFile(text));
    await handle.sync();
    // A link never takes the place of what is there, as a rename would.
    linkSync(temporary, file);
    return filled;
  } catch (error) {
    if (!isExisting(error)) throw error;
    throw existsAlready(named);
  } finally {
    await handle.close();
    rmSync(temporary, { force: true });
  }
}

async function openNew(path: string, named: string): Promise<FileHandle> {
  try {
    return await open(path, "wx", MODE);
  } catch (cause) {
    throw new EmgateError("INVALID_ARGUMENT", `--out: ${named} cannot be written here`, { cause });
  }
}

function existsAlready(named: string): EmgateError {
  return new EmgateError("CONFLICT", `--out: ${named} is there already; name a new file`);
}

function isExisting(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EEXIST";
}
