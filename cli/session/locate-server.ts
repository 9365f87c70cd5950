// Decides which server a command talks to, and which token it shows there.
// Never shows a kept token to another server than the one it was kept for.
import { UsageError } from "../program/usage-error.ts";
import { isSameServer, type KeptSession } from "./kept-session.ts";

export const DEFAULT_PORT = 8787;

export interface ServerAddress {
  readonly url: string;
  /** Null when nobody gave one. */
  readonly token: string | null;
}

export interface AddressSources {
  readonly url?: string | undefined;
  readonly token?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Best first. */
  readonly kept: readonly KeptSession[];
}

/** Address: --url, EMGATE_URL, the first kept one, the default. Token: --token, EMGATE_TOKEN, one kept for it. */
export function locateServer({ url, token, env, kept }: AddressSources): ServerAddress {
  const address = url || env.EMGATE_URL || kept[0]?.url || `http://localhost:${env.PORT || DEFAULT_PORT}`;
  assertHttpUrl(address);
  const keptToken = kept.find((session) => isSameServer(session.url, address))?.token ?? null;
  return { url: address, token: token || env.EMGATE_TOKEN || keptToken };
}

function assertHttpUrl(address: string): void {
  if (URL.canParse(address) && /^https?:$/.test(new URL(address).protocol)) return;
  throw new UsageError(`${address} is not an address such as http://localhost:${DEFAULT_PORT}`);
}
