// `emgate import <seed.json> --site S`: real content into the reference core.
// Never publishes: pages come in as the file says, and no hook is called.
import { type Command, Option } from "commander";
import type { SiteId } from "../../contracts/ids.ts";
import { MAX_SEED_BYTES } from "../../contracts/limits.ts";
import { parseJson, readText } from "../files/read-files.ts";
import { addExample } from "../program/add-example.ts";
import type { Paint } from "../program/io.ts";
import { siteOption } from "../program/parse-options.ts";
import type { Answering } from "../program/run-command.ts";
import { useServer } from "../session/use-server.ts";
import { importSeed, type OnConflict, type SeedImport } from "./api.ts";

const ON_CONFLICT = ["refuse", "skip", "replace"] as const satisfies readonly OnConflict[];

interface ImportOptions {
  readonly site: SiteId;
  readonly onConflict: OnConflict;
}

export function addImportCommand(program: Command, answer: Answering): void {
  const command = program
    .command("import")
    .description("import an EmDash seed file; the site is made if it is not there")
    .argument("<seed.json>", "the seed file; - reads it from stdin")
    .addOption(siteOption())
    .addOption(
      new Option("--on-conflict <how>", "what to do with pages that are there already")
        .choices(ON_CONFLICT)
        .default("refuse"),
    )
    .action((path: string, { site, onConflict }: ImportOptions) =>
      answer(command, async (context) => {
        const seed = await readText(context.io, path, { maxBytes: MAX_SEED_BYTES, what: "the seed file" });
        // A file that is no JSON makes no site.
        parseJson(seed, path);
        const report = await useServer(context, (admin) => importSeed(admin, { site, seed, onConflict }));
        return { json: report, render: (view: SeedImport, paint) => renderImport(view, site, paint) };
      }),
    );
  addExample(command, "emgate import examples/demo.seed.json --site studio");
}

function renderImport(report: SeedImport, site: SiteId, paint: Paint): string {
  const collections = Object.entries(report.collections).map(([name, count]) => `${name} ${count}`);
  return [
    ...(report.siteCreated ? [`${paint("green", "created")} site ${site}`] : []),
    `${paint("green", "imported")} into ${site}: ${report.created} created, ${report.replaced} replaced, ${report.skipped} left alone`,
    ...(collections.length > 0 ? [`  ${collections.join(", ")}`] : []),
  ].join("\n");
}
