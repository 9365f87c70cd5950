// Starts a gateway on this machine: secrets, Worker, health, migrations; and stops it.
// Never listens on anything but loopback, and never leaves a workerd behind.
import { join } from "node:path";
import { makePrivateFolder } from "../files/write-private.ts";
import { useAdmin } from "../session/connect-admin.ts";
import { assertPortFree } from "./assert-port-free.ts";
import { type RuntimeProcesses, watchRuntimeProcesses } from "./runtime-processes.ts";
import { digestToken, loadSecrets } from "./secrets.ts";
import { type LocalWorker, startWorker } from "./start-worker.ts";
import { takeStateLock } from "./state-lock.ts";
import { waitForHealth } from "./wait-for-health.ts";
import { Watchdog } from "./watchdog/watchdog.ts";

const HEALTH_TIMEOUT_MS = 20_000;
/** Milliseconds a stop may take before workerd is ended by force. */
const STOP_TIMEOUT_MS = 3_000;

export interface GatewayOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** An absolute path; made when it is not there. */
  readonly stateDir: string;
  /** True for a folder that is thrown away: it goes too when this process is killed. */
  readonly throwaway?: boolean;
  /** Milliseconds that the runtime may answer nothing before the watchdog looks at it. */
  readonly patienceMs?: number | undefined;
}

export interface Gateway {
  readonly url: string;
  readonly operatorToken: string;
  readonly processes: RuntimeProcesses;
  readonly watchdog: Watchdog;
  close(): Promise<void>;
}

/**
 * Starts the gateway and brings its databases to the present schema.
 *
 * @throws EmgateError CONFLICT when the port or the state folder is in use, UNAVAILABLE when it does not start
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { port, stateDir, throwaway = false, patienceMs } = options;
  makePrivateFolder(stateDir);
  const giveBackLock = await takeStateLock(stateDir, `http://localhost:${port}`);
  let processes: RuntimeProcesses | undefined;
  let worker: LocalWorker | undefined;
  const watchdog = new Watchdog();
  const close = async (): Promise<void> => {
    watchdog.stop();
    await closeWorker(worker);
    processes?.release();
    giveBackLock();
  };
  try {
    await assertPortFree(port);
    const secrets = loadSecrets(stateDir);
    processes = watchRuntimeProcesses(throwaway ? stateDir : "");
    worker = await startWorker({
      port,
      persistDir: join(stateDir, "storage"),
      secrets: {
        EMGATE_KEY: secrets.key,
        EMGATE_OPERATOR_SHA256: digestToken(secrets.operatorToken),
      },
      watchdog: (path, message) => watchdog.answer(path, message),
    });
    const url = `http://localhost:${new URL(worker.url).port}`;
    watchdog.watch(url, processes, patienceMs);
    await waitForHealth(url, HEALTH_TIMEOUT_MS);
    await useAdmin({ url, token: secrets.operatorToken }, (admin) => admin.migrate());
    return { url, operatorToken: secrets.operatorToken, processes, watchdog, close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

async function closeWorker(worker: LocalWorker | undefined): Promise<void> {
  if (!worker) return;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, STOP_TIMEOUT_MS);
  });
  await Promise.race([worker.close(), late]);
  clearTimeout(timer);
}
