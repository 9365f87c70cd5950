// Runs a built Worker on this machine, in workerd, on a loopback address only.
// Never asks the network for anything, never prints on stdout, and reads no .env of whoever starts it.
import {
  convertV4MiniflareOptions,
  Log,
  LogLevel,
  Miniflare,
  type Request,
  Response,
  type V4WorkerOptions,
} from "miniflare";
import { EmgateError } from "../../contracts/errors.ts";
import type { BuiltWorker } from "./build-worker.ts";

const NAME = "emgate";

export interface WorkerOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly persistDir: string;
  readonly secrets: Readonly<Record<string, string>>;
  /** Answers what the gateway tells its watchdog, by path; absent: nobody watches it. */
  readonly watchdog?: (path: string, message: unknown) => Promise<unknown>;
}

export interface LocalWorker {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts the Worker and waits until it listens. */
export async function runMiniflare(
  { options, modules }: BuiltWorker,
  { port, persistDir, secrets, watchdog }: WorkerOptions,
): Promise<LocalWorker> {
  const bindings = typeof options.bindings === "object" ? options.bindings : {};
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: "127.0.0.1",
      port,
      resourcePersistencePath: persistDir,
      cf: false,
      telemetry: { enabled: false },
      // The explorer would serve every local database to anybody, without a token; observability would add
      // 1.4 ms to each loopback call.
      unsafeLocalExplorer: false,
      unsafeObservability: false,
      log: new StderrLog(LogLevel.WARN),
      logRequests: false,
      handleStructuredLogs: printLog,
      workers: [
        {
          // What wrangler made of wrangler.toml, kept as JSON.
          ...(options as V4WorkerOptions),
          name: NAME,
          modulesRoot: "/",
          modules: modules.map(({ name, type, contents }) => ({ type, path: `/${name}`, contents })),
          bindings: { ...bindings, ...secrets },
          ...(watchdog && {
            serviceBindings: {
              EMGATE_WATCHDOG: async (request: Request) =>
                Response.json(await watchdog(new URL(request.url).pathname, await request.json())),
            },
          }),
        },
      ],
    }),
  );
  try {
    const url = await miniflare.ready;
    return { url: url.origin, close: () => miniflare.dispose() };
  } catch (cause) {
    await miniflare.dispose().catch(() => undefined);
    const why = cause instanceof Error ? cause.message : "no reason given";
    throw new EmgateError("UNAVAILABLE", `the Worker could not be started: ${why}`, { cause });
  }
}

/** Miniflare's own words go to stderr: stdout is the command's answer. */
class StderrLog extends Log {
  protected override log(message: string): void {
    // It cannot know who ended it; the watchdog, which does, tells people.
    if (message.includes("runtime crashed unexpectedly and is being restarted")) return;
    process.stderr.write(`[runtime] ${message}\n`);
  }
}

/** What the Worker itself writes; its own warnings and errors are for whoever runs it. */
function printLog({ level, message }: { level: string; message: string }): void {
  if (level === "error" || level === "warn") process.stderr.write(`[worker] ${message}\n`);
}
