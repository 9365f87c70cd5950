// Two gateways on one SiteState, a witness behind them, and a load of hook calls on both.
// It measures and drives; what must hold is said in the tests.
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { newWebSocketRpcSession } from "capnweb";
import type { GateOutcome } from "../../contracts/outcome.ts";
import type { AdminSession, Root } from "../../contracts/rpc.ts";
import type { PluginName } from "./plugins.ts";

// The local collector adds a millisecond to each loopback call; it must be off before wrangler is loaded.
Object.assign(process.env, { X_LOCAL_OBSERVABILITY: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false" });
const { createTestHarness, experimental_readRawConfig: readRawConfig } = await import("wrangler");

export const HOLDERS = ["first", "second"] as const;
export type HolderName = (typeof HOLDERS)[number];
export const SITE = "load";

const OPERATOR_TOKEN = "test-operator-token";
const CALLS_PER_SECOND = 50;
/** Of each looper: with hundreds of them at once, what two cores can bear. */
const LOAD_PAUSE_MS = 500;
const root = path.resolve(import.meta.dirname, "../..");
const fixtures = path.join(root, "test/fixtures/revocation");
/** The deployed Worker's own configuration: a binding that is added there is in this test too. */
const { rawConfig } = readRawConfig({ config: path.join(root, "wrangler.toml") });

/** What reached the witness, by `holder/plugin`, and when by its clock. */
export type Sightings = Readonly<Record<string, { readonly count: number; readonly lastAtMs: number }>>;

export const server = createTestHarness({
  root,
  workers: [
    { config: configOf("first") },
    { config: configOf("second") },
    {
      config: {
        name: "witness",
        main: path.join(fixtures, "witness.ts"),
        compatibility_date: rawConfig.compatibility_date ?? "",
      },
    },
  ],
});

function configOf(holder: HolderName) {
  const bindings = rawConfig.durable_objects?.bindings ?? [];
  const owned = { durable_objects: { bindings }, migrations: rawConfig.migrations ?? [] };
  const shared = {
    durable_objects: { bindings: bindings.map((binding: object) => ({ ...binding, script_name: "first" })) },
    migrations: [],
  };
  return {
    ...rawConfig,
    ...(holder === "first" ? owned : shared),
    name: holder,
    main: path.join(fixtures, `${holder}-holder.ts`),
    vars: {
      ...rawConfig.vars,
      EMGATE_KEY: "dGVzdC1vbmx5LWtleS0wMTIzNDU2Nzg5YWJjZGVmMDE",
      // SHA-256 of the token above.
      EMGATE_OPERATOR_SHA256: "21a41ec35ffe053418f5ebab652c9b4cb07a643a9100640d18b635e0df503928",
    },
    services: [
      {
        binding: `CONTENT_${SITE.toUpperCase()}`,
        service: "witness",
        entrypoint: "Content",
        props: { holder },
      },
    ],
  };
}

/** An operator's session on the first gateway. */
export async function openSession(): Promise<{ session: AdminSession; close: () => void }> {
  const { url } = await server.listen();
  const rpcUrl = new URL("/rpc", url);
  rpcUrl.protocol = "ws:";
  const gateway = newWebSocketRpcSession<Root>(rpcUrl.href);
  // The operator's token opens an AdminSession; the type cannot know which token it is.
  const session = (await gateway.authenticate(OPERATOR_TOKEN)) as unknown as AdminSession;
  return { session, close: () => gateway[Symbol.dispose]() };
}

/** What the witness has seen, of these plugins alone where any are named. */
export async function askWitness(...plugins: readonly PluginName[]): Promise<Sightings> {
  const response = await server.getWorker("witness").fetch("http://witness.example/");
  const all = (await response.json()) as Sightings; // the fixture's own form
  const isMeant = (name: string) => plugins.some((plugin) => name.endsWith(`/${plugin}`));
  return Object.fromEntries(Object.entries(all).filter(([name]) => plugins.length === 0 || isMeant(name)));
}

/** Waits until the witness has seen each plugin `times` more through each holder than it had at first. */
export async function waitForCalls(plugins: readonly PluginName[], times: number): Promise<void> {
  const names = plugins.flatMap((plugin) => HOLDERS.map((holder) => `${holder}/${plugin}`));
  const before = await askWitness();
  for (;;) {
    const now = await askWitness();
    if (names.every((name) => (now[name]?.count ?? 0) >= (before[name]?.count ?? 0) + times)) return;
    await wait(50);
  }
}

/** Calls a hook 50 times a second, the holders in turns, until it is stopped; then answers what came of it. */
export function startLoad(): { stop(): Promise<Record<HolderName, GateOutcome[]>> } {
  const calls: Record<HolderName, Promise<GateOutcome | null>[]> = { first: [], second: [] };
  let turn = 0;
  const timer = setInterval(() => {
    const holder = HOLDERS[turn % HOLDERS.length] ?? "first";
    turn += 1;
    const call = publish(holder, LOAD_PAUSE_MS);
    // Reported by stop(); until then nobody awaits it.
    call.catch(() => undefined);
    calls[holder].push(call);
  }, 1000 / CALLS_PER_SECOND);
  const answered = async (holder: HolderName) =>
    (await Promise.all(calls[holder])).filter((outcome) => outcome !== null);
  return {
    async stop() {
      clearInterval(timer);
      return { first: await answered("first"), second: await answered("second") };
    },
  };
}

/** One call of the gate, whose looper pauses so long; null where the site's state was being restarted. */
export async function publish(holder: HolderName, pauseMs: number): Promise<GateOutcome | null> {
  const page = { pageId: "posts:p1", collection: "posts", slug: `every-${pauseMs}` };
  const response = await server
    .getWorker(holder)
    .fetch(`http://${holder}.example/publish?site=${SITE}`, { method: "POST", body: JSON.stringify(page) });
  if (response.status === 503) return null;
  if (!response.ok) throw new Error(`${holder}: ${await response.text()}`);
  return (await response.json()) as GateOutcome; // the fixture sends what the hook answered
}
