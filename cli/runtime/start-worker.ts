// Runs the project's Worker on this machine through wrangler, on a loopback address only.
// Never asks the network for anything, and never prints on stdout.
import { EmgateError } from "../../contracts/errors.ts";

/** Milliseconds until a Worker that does not come up counts as failed. */
const READY_TIMEOUT_MS = 60_000;

/** Read by wrangler when it is imported and when a Worker starts. */
const ENVIRONMENT = {
  WRANGLER_SEND_METRICS: "false",
  // It would add 1.4 ms to each loopback call.
  X_LOCAL_OBSERVABILITY: "false",
  // It would serve every local database to anybody, without a token.
  X_LOCAL_EXPLORER: "false",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_HIDE_BANNER: "true",
} as const;

export interface WorkerOptions {
  readonly configPath: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly persistDir: string;
  readonly secrets: Readonly<Record<string, string>>;
}

export interface LocalWorker {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts the Worker and waits until it listens. */
export async function startWorker(options: WorkerOptions): Promise<LocalWorker> {
  Object.assign(process.env, ENVIRONMENT);
  const { unstable_startWorker } = await import("wrangler");
  const worker = await unstable_startWorker({
    config: options.configPath,
    // Variables of whoever starts it are not the Worker's: no .env, no .dev.vars.
    envFiles: [],
    bindings: Object.fromEntries(
      Object.entries(options.secrets).map(([name, value]) => [name, { type: "secret_text", value }]),
    ),
    dev: {
      remote: false,
      server: { hostname: "127.0.0.1", port: options.port },
      persist: options.persistDir,
      logLevel: "error",
      structuredLogsHandler: printLog,
      inspector: false,
      watch: false,
      liveReload: false,
    },
  });
  const close = () => worker.dispose();
  try {
    const url = await waitUntilReady(worker);
    return { url, close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/** What the Worker itself writes; its own warnings and errors are for whoever runs it. */
function printLog({ level, message }: { level: string; message: string }): void {
  if (level === "error" || level === "warn") process.stderr.write(`[worker] ${message}\n`);
}

type Worker = Awaited<ReturnType<typeof import("wrangler")["unstable_startWorker"]>>;

function waitUntilReady(worker: Worker): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (message: string, cause?: unknown): void => {
      clearTimeout(timer);
      reject(new EmgateError("UNAVAILABLE", message, { cause }));
    };
    const timer = setTimeout(
      () => fail(`the Worker did not start within ${READY_TIMEOUT_MS / 1000} s`),
      READY_TIMEOUT_MS,
    );
    // wrangler has printed what is wrong to stderr by then.
    worker.raw.once("buildFailed", (event) => fail("the Worker could not be built", event));
    worker.raw.once("error", (event) => fail(`the Worker could not be started${reasonOf(event)}`, event));
    worker.ready
      .then(() => worker.url)
      .then((url) => {
        clearTimeout(timer);
        resolve(url.origin);
      })
      .catch((cause: unknown) => fail(`the Worker could not be started${reasonOf(cause)}`, cause));
  });
}

function reasonOf(event: unknown): string {
  if (event instanceof Error) return `: ${event.message}`;
  const isEvent = typeof event === "object" && event !== null && "cause" in event;
  return isEvent && event.cause instanceof Error ? `: ${event.cause.message}` : "";
}
