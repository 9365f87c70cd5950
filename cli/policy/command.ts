// `emgate policy get|set --site S`: what a site does about failing gates, updates and recordings.
// Never touches the deployment's own settings.
import { type Command, InvalidArgumentError } from "commander";
import type { SiteId } from "../../contracts/ids.ts";
import {
  GATE_POLICIES,
  RECORDING_POLICIES,
  type SitePolicy,
  sitePolicySchema,
  UPDATE_POLICIES,
} from "../../contracts/site.ts";
import { addExample } from "../program/add-example.ts";
import { parseSetting, siteOption } from "../program/parse-options.ts";
import type { Answering } from "../program/run-command.ts";
import { useServer } from "../session/use-server.ts";

const EXPECTED = `gate=${GATE_POLICIES.join("|")}, updates=${UPDATE_POLICIES.join("|")} or recordings=${RECORDING_POLICIES.join("|")}`;
const changesSchema = sitePolicySchema.partial();
type PolicyChanges = { -readonly [N in keyof SitePolicy]?: SitePolicy[N] };

const DESCRIPTION = `\nThe settings:
  gate=refuse    a publication is refused when a plugin that checks it fails (as it comes)
  gate=allow     it goes ahead then
  updates=ask    another version of a plugin waits for consent (as it comes)
  updates=auto   one that asks for nothing more, and was released a day ago or earlier, goes live with "emgate update"
  recordings=local   calls are recorded where the gateway runs on somebody's own machine (as it comes)
  recordings=on      they are recorded: the event, what capabilities answered, the result; for a day
  recordings=off     nothing is recorded`;

export function addPolicyCommand(program: Command, answer: Answering): void {
  const group = program.command("policy").description("show and change how a site treats its plugins");
  const get = group
    .command("get")
    .description("show a site's policy")
    .addOption(siteOption())
    .action(({ site }: { site: SiteId }) =>
      answer(get, async (context) => ({
        json: await useServer(context, (admin) => admin.getPolicy({ site })),
        render: renderPolicy,
      })),
    );
  get.addHelpText("after", DESCRIPTION);
  addExample(get, "emgate policy get --site demo");
  const set = group
    .command("set")
    .description("change a site's policy")
    .argument("<settings...>", EXPECTED, collectChange)
    .addOption(siteOption())
    .action((changes: PolicyChanges, { site }: { site: SiteId }) =>
      answer(set, async (context) => ({
        json: await useServer(context, (admin) => admin.setPolicy({ site, ...changes })),
        render: renderPolicy,
      })),
    );
  set.addHelpText("after", DESCRIPTION);
  addExample(set, "emgate policy set --site demo gate=allow updates=auto");
}

/** Collects `gate=allow updates=auto`. */
export function collectChange(text: string, previous: PolicyChanges = {}): PolicyChanges {
  const [name, value] = parseSetting(text);
  const parsed = changesSchema.safeParse({ [name]: value });
  if (!parsed.success) throw new InvalidArgumentError(`expected ${EXPECTED}, not ${text}`);
  return Object.assign({}, previous, parsed.data);
}

function renderPolicy({ gate, updates, recordings }: SitePolicy): string {
  return `gate=${gate}\nupdates=${updates}\nrecordings=${recordings}`;
}
