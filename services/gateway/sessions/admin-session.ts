// What an admin's token opens over capnweb. Every method parses its argument, asks whether the session's token
// still stands and whether its role may do this there, then hands over; it decides nothing else.
import { RpcTarget } from "capnweb";
import type { z } from "zod";
import { EmgateError, parseOrThrow } from "../../../contracts/errors.ts";
import type { HookOutcome, RunReport } from "../../../contracts/outcome.ts";
import { type AdminSession, adminArguments, type Role } from "../../../contracts/rpc.ts";
import { deploymentOf, type Env, exportsOf, type RequestContext } from "../env.ts";
import { assertTurn } from "../rate-limits.ts";
import { type ActionContext, actorOf, type SessionIdentity } from "./action-context.ts";
import { assertStanding } from "./assert-standing.ts";
import { importContent, publishContent, putContent, runPluginHook } from "./content-actions.ts";
import { deleteData, exportData, listData } from "./data-actions.ts";
import {
  createToken,
  readAudit,
  registerRelease,
  reportIncident,
  retireKey,
  rotateKey,
  yankVersion,
} from "./deployment-actions.ts";
import {
  describeConsent,
  dryRunGrant,
  grantPlugin,
  listGrants,
  renewGrant,
  revokeGrant,
} from "./grant-actions.ts";
import { readLogs, readRecording, readRecordings, readTraces } from "./journal-actions.ts";
import {
  installPlugin,
  listPlugins,
  resetBreaker,
  setPluginEnabled,
  uninstallPlugin,
  updatePlugin,
} from "./plugin-actions.ts";
import { getPolicy, getSettings, setOrder, setPolicy, setSettings } from "./policy-actions.ts";
import { describeRollback, rollbackPlugin } from "./rollback-actions.ts";
import { createSite, listSites, migrate } from "./site-actions.ts";

type Method = keyof typeof adminArguments;
type Arguments<M extends Method> = z.infer<(typeof adminArguments)[M]>;

/** The least that a method needs: to look, to administer the site, to give others access to it, to run it all. */
type Need = "view" | "administer" | "own" | "operate";

/** What each role may do on its own site; an operator may do all, everywhere. */
const mayDo: Readonly<Record<Role, readonly Need[]>> = {
  operator: ["view", "administer", "own", "operate"],
  owner: ["view", "administer", "own"],
  admin: ["view", "administer"],
  viewer: ["view"],
  core: [],
};

export class AdminSessionTarget extends RpcTarget implements AdminSession {
  readonly #context: ActionContext;

  constructor(ctx: RequestContext, env: Env, identity: SessionIdentity, origin: string) {
    super();
    this.#context = { ctx, env, identity, origin };
  }

  async whoAmI() {
    await this.#assertStanding();
    const { role, site, label } = this.#context.identity;
    return { role, site, label };
  }
  async migrate() {
    await this.#assertMay("operate", null);
    return migrate(this.#context.env);
  }
  createSite(args: unknown) {
    return this.#act("createSite", "operate", args, (parsed) => createSite(this.#context, parsed));
  }
  async listSites() {
    await this.#assertStanding();
    return listSites(this.#context);
  }
  importSeed(args: unknown) {
    return this.#act("importSeed", "administer", args, (parsed) => importContent(this.#context, parsed));
  }
  putPages(args: unknown) {
    return this.#act("putPages", "administer", args, (parsed) => putContent(this.#context, parsed));
  }
  publish(args: unknown) {
    return this.#act("publish", "administer", args, (parsed) => publishContent(this.#context, parsed));
  }
  callHook(args: unknown): Promise<HookOutcome> {
    return this.#act("callHook", "administer", args, ({ site, hook, event }) =>
      exportsOf(this.#context.ctx).Hooks({ props: { site } }).dispatch(hook, event),
    );
  }
  runHook(args: unknown): Promise<RunReport> {
    return this.#act("runHook", "administer", args, (parsed) => runPluginHook(this.#context, parsed));
  }
  registerVersion(args: unknown) {
    return this.#act("registerVersion", "operate", args, (parsed) => registerRelease(this.#context, parsed));
  }
  yank(args: unknown) {
    return this.#act("yank", "operate", args, (parsed) => yankVersion(this.#context, parsed));
  }
  listPlugins(args: unknown) {
    return this.#act("listPlugins", "view", args, ({ site }) => listPlugins(this.#context, site));
  }
  install(args: unknown) {
    return this.#act("install", "administer", args, (parsed) => installPlugin(this.#context, parsed));
  }
  update(args: unknown) {
    return this.#act("update", "administer", args, (parsed) => updatePlugin(this.#context, parsed));
  }
  describeRollback(args: unknown) {
    return this.#act("describeRollback", "view", args, (parsed) => describeRollback(this.#context, parsed));
  }
  rollback(args: unknown) {
    return this.#act("rollback", "administer", args, (parsed) => rollbackPlugin(this.#context, parsed));
  }
  disable(args: unknown) {
    return this.#act("disable", "administer", args, (parsed) =>
      setPluginEnabled(this.#context, parsed, false),
    );
  }
  enable(args: unknown) {
    return this.#act("enable", "administer", args, (parsed) => setPluginEnabled(this.#context, parsed, true));
  }
  uninstall(args: unknown) {
    return this.#act("uninstall", "administer", args, (parsed) => uninstallPlugin(this.#context, parsed));
  }
  resetBreaker(args: unknown) {
    return this.#act("resetBreaker", "administer", args, (parsed) => resetBreaker(this.#context, parsed));
  }
  listData(args: unknown) {
    return this.#act("listData", "view", args, ({ site }) => listData(this.#context, site));
  }
  exportData(args: unknown) {
    return this.#act("exportData", "administer", args, (parsed) => exportData(this.#context, parsed));
  }
  deleteData(args: unknown) {
    return this.#act("deleteData", "administer", args, (parsed) => deleteData(this.#context, parsed));
  }
  getPolicy(args: unknown) {
    return this.#act("getPolicy", "view", args, ({ site }) => getPolicy(this.#context, site));
  }
  setPolicy(args: unknown) {
    return this.#act("setPolicy", "administer", args, ({ site, ...policy }) =>
      setPolicy(this.#context, site, policy),
    );
  }
  setOrder(args: unknown) {
    return this.#act("setOrder", "administer", args, (parsed) => setOrder(this.#context, parsed));
  }
  getSettings(args: unknown) {
    return this.#act("getSettings", "view", args, (parsed) => getSettings(this.#context, parsed));
  }
  setSettings(args: unknown) {
    return this.#act("setSettings", "administer", args, (parsed) => setSettings(this.#context, parsed));
  }
  describeConsent(args: unknown) {
    return this.#act("describeConsent", "view", args, (parsed) => describeConsent(this.#context, parsed));
  }
  dryRunGrant(args: unknown) {
    return this.#act("dryRunGrant", "administer", args, (parsed) => dryRunGrant(this.#context, parsed));
  }
  grant(args: unknown) {
    return this.#act("grant", "administer", args, (parsed) => grantPlugin(this.#context, parsed));
  }
  renew(args: unknown) {
    return this.#act("renew", "administer", args, (parsed) => renewGrant(this.#context, parsed));
  }
  revoke(args: unknown) {
    return this.#act("revoke", "administer", args, (parsed) => revokeGrant(this.#context, parsed));
  }
  listGrants(args: unknown) {
    return this.#act("listGrants", "view", args, ({ site }) => listGrants(this.#context, site));
  }
  audit(args: unknown) {
    return this.#act("audit", "view", args, (parsed) => readAudit(this.#context, parsed));
  }
  logs(args: unknown) {
    return this.#act("logs", "view", args, (parsed) => readLogs(this.#context, parsed));
  }
  listTraces(args: unknown) {
    return this.#act("listTraces", "view", args, (parsed) => readTraces(this.#context, parsed));
  }
  listRecordings(args: unknown) {
    return this.#act("listRecordings", "administer", args, (parsed) => readRecordings(this.#context, parsed));
  }
  recording(args: unknown) {
    return this.#act("recording", "administer", args, (parsed) => readRecording(this.#context, parsed));
  }
  async rotateKey() {
    await this.#assertMay("operate", null);
    return rotateKey(this.#context);
  }
  retireKey(args: unknown) {
    return this.#act("retireKey", "operate", args, (parsed) => retireKey(this.#context, parsed));
  }
  async listKeys() {
    await this.#assertMay("operate", null);
    return deploymentOf(this.#context.env).listKeys();
  }
  async listPool() {
    await this.#assertMay("operate", null);
    return deploymentOf(this.#context.env).listDatabases();
  }
  createToken(args: unknown) {
    return this.#act("createToken", "own", args, (parsed) => createToken(this.#context, parsed));
  }
  listTokens(args: unknown) {
    return this.#act("listTokens", "own", args, ({ site = null }) =>
      deploymentOf(this.#context.env).listTokens(site),
    );
  }
  revokeToken(args: unknown) {
    return this.#act("revokeToken", "own", args, ({ id, site = null }) =>
      deploymentOf(this.#context.env).revokeToken(id, site, actorOf(this.#context)),
    );
  }
  reportIncident(args: unknown) {
    return this.#act("reportIncident", "operate", args, (parsed) => reportIncident(this.#context, parsed));
  }

  async #act<M extends Method, T>(
    method: M,
    need: Need,
    args: unknown,
    act: (parsed: Arguments<M>) => T | Promise<T>,
  ): Promise<T> {
    const schema: z.ZodType<unknown> = adminArguments[method];
    const parsed = parseOrThrow(schema, args, method) as Arguments<M>; // the method's own schema
    await this.#assertMay(need, "site" in parsed ? (parsed.site ?? null) : null);
    return act(parsed);
  }

  /** `site` null: what concerns the whole deployment, which only an operator may touch. */
  async #assertMay(need: Need, site: string | null): Promise<void> {
    await this.#assertStanding();
    const { role, site: own } = this.#context.identity;
    if (role === "operator") return;
    if (mayDo[role].includes(need) && own !== null && site === own) return;
    throw new EmgateError("PERMISSION_DENIED", `a token of the role ${role} may not ${need} here`);
  }

  async #assertStanding(): Promise<void> {
    const { ctx, env, identity } = this.#context;
    await assertTurn(env, "RATE_CALLERS", `token/${identity.id}`);
    return assertStanding(ctx, env, identity);
  }
}
