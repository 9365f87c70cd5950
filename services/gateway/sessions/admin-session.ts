// What an admin's token opens over capnweb. Every method parses its argument, then asks whether the token's
// role may do this on that site, then hands over; it decides nothing else.
import { RpcTarget } from "capnweb";
import type { z } from "zod";
import { EmgateError, parseOrThrow } from "../../../contracts/errors.ts";
import type { HookOutcome, RunReport } from "../../../contracts/outcome.ts";
import { type AdminSession, adminArguments } from "../../../contracts/rpc.ts";
import { registerVersion } from "../../registry/index.ts";
import type { Identity } from "../../site-state/index.ts";
import { deploymentOf, type Env, exportsOf, type RequestContext } from "../env.ts";
import type { ActionContext } from "./action-context.ts";
import { importContent, publishContent, putContent, runPluginHook } from "./content-actions.ts";
import {
  describeConsent,
  grantPlugin,
  installPlugin,
  listGrants,
  listPlugins,
  revokeGrant,
} from "./plugin-actions.ts";
import { createSite, createToken, listSites, migrate } from "./site-actions.ts";

type Method = keyof typeof adminArguments;
type Arguments<M extends Method> = z.infer<(typeof adminArguments)[M]>;

/** The least that a method needs: to look, to administer the site, or to run the deployment. */
type Need = "view" | "administer" | "operate";

export class AdminSessionTarget extends RpcTarget implements AdminSession {
  readonly #context: ActionContext;

  constructor(ctx: RequestContext, env: Env, identity: Identity, origin: string) {
    super();
    this.#context = { ctx, env, identity, origin };
  }

  async whoAmI() {
    const { role, site, label } = this.#context.identity;
    return { role, site, label };
  }
  async migrate() {
    this.#assertMay("operate", null);
    return migrate(this.#context.env);
  }
  createSite(args: unknown) {
    return this.#act("createSite", "operate", args, (parsed) => createSite(this.#context, parsed));
  }
  async listSites() {
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
    const { env } = this.#context;
    return this.#act("registerVersion", "operate", args, (parsed) =>
      registerVersion({ db: env.DB, bundles: env.BUNDLES }, parsed),
    );
  }
  listPlugins(args: unknown) {
    return this.#act("listPlugins", "view", args, ({ site }) => listPlugins(this.#context, site));
  }
  install(args: unknown) {
    return this.#act("install", "administer", args, (parsed) => installPlugin(this.#context, parsed));
  }
  describeConsent(args: unknown) {
    return this.#act("describeConsent", "view", args, (parsed) => describeConsent(this.#context, parsed));
  }
  grant(args: unknown) {
    return this.#act("grant", "administer", args, (parsed) => grantPlugin(this.#context, parsed));
  }
  revoke(args: unknown) {
    return this.#act("revoke", "administer", args, (parsed) => revokeGrant(this.#context, parsed));
  }
  listGrants(args: unknown) {
    return this.#act("listGrants", "view", args, ({ site }) => listGrants(this.#context, site));
  }
  createToken(args: unknown) {
    return this.#act("createToken", "operate", args, (parsed) => createToken(this.#context, parsed));
  }
  async listTokens() {
    this.#assertMay("operate", null);
    return deploymentOf(this.#context.env).listTokens();
  }
  revokeToken(args: unknown) {
    return this.#act("revokeToken", "operate", args, async ({ id }) => ({
      revoked: await deploymentOf(this.#context.env).revokeToken(id),
    }));
  }

  async #act<M extends Method, T>(
    method: M,
    need: Need,
    args: unknown,
    act: (parsed: Arguments<M>) => T | Promise<T>,
  ): Promise<T> {
    const schema: z.ZodType<unknown> = adminArguments[method];
    const parsed = parseOrThrow(schema, args, method) as Arguments<M>; // the method's own schema
    this.#assertMay(need, "site" in parsed && need !== "operate" ? parsed.site : null);
    return act(parsed);
  }

  /** An operator may do all; an admin and a viewer what their role says, on their own site. */
  #assertMay(need: Need, site: string | null | undefined): void {
    const { role, site: own } = this.#context.identity;
    if (role === "operator") return;
    const enough = role === "admin" ? need !== "operate" : role === "viewer" && need === "view";
    if (enough && own !== null && site === own) return;
    throw new EmgateError("PERMISSION_DENIED", `a token of the role ${role} may not ${need} here`);
  }
}
