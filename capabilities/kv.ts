// kv.read and kv.write: a plugin's own keys in Workers KV, with Workers KV's own signatures.
// The prefix is written here and nowhere else; a plugin never names, sees or lists a key outside it.
import { RpcTarget, WorkerEntrypoint } from "cloudflare:workers";
import { z } from "zod";
import type { CapabilityProps } from "../contracts/capability.ts";
import { EmgateError, parseOrThrow } from "../contracts/errors.ts";
import { majorOf } from "../contracts/ids.ts";
import { byteLength } from "../contracts/json.ts";
import { MAX_KV_KEY_BYTES } from "../contracts/limits.ts";
import { scopeTable } from "../contracts/scopes.ts";
import type { Invocation, OpenBound } from "./capability.ts";
import { boundValue, parseKvType, parsePutOptions, refuseBadJson } from "./kv-values.ts";
import { openCursor, sealCursor } from "./sealed-cursor.ts";

const listOptionsSchema = z
  .object({
    prefix: z.string().nullish(),
    limit: z.number().int().min(1).max(1000).nullish(),
    cursor: z.string().max(4096).nullish(),
  })
  .optional();

/** Policy and effect of both scopes; the faces below only hand over. */
export class KvStore {
  readonly #kv: KVNamespace;
  readonly #invocation: Invocation;
  readonly #prefix: string;

  constructor(kv: KVNamespace, invocation: Invocation) {
    const { site, plugin, installId, version } = invocation.subject;
    this.#kv = kv;
    this.#invocation = invocation;
    this.#prefix = `${site}/${plugin}/${installId}/v${majorOf(version)}/`;
  }

  async get(key: unknown, options?: unknown): Promise<unknown> {
    const parse = () => ({ name: this.#nameOf(key), type: parseKvType(options, "kv.get: type") });
    // KV's overloads want a literal type; the four are the ones it knows.
    return this.#perform("get", "read:kv", parse, ({ name, type }) =>
      refuseBadJson(this.#kv.get(name, type as "text")),
    );
  }

  async getWithMetadata(key: unknown, options?: unknown): Promise<{ value: unknown; metadata: unknown }> {
    const what = "kv.getWithMetadata: type";
    const parse = () => ({ name: this.#nameOf(key), type: parseKvType(options, what) });
    return this.#perform("getWithMetadata", "read:kv", parse, async ({ name, type }) => {
      const answer = await refuseBadJson(this.#kv.getWithMetadata(name, type as "text")); // as above
      const { value, metadata } = answer;
      return { value, metadata };
    });
  }

  async put(key: unknown, value: unknown, options?: unknown): Promise<void> {
    const parse = async () => ({
      name: this.#nameOf(key),
      options: parsePutOptions(options, this.#invocation.terms.clock()),
      value: await boundValue(value),
    });
    return this.#perform("put", "write:kv", parse, (put) => this.#kv.put(put.name, put.value, put.options));
  }

  async delete(key: unknown): Promise<void> {
    const parse = () => this.#nameOf(key);
    return this.#perform("delete", "write:kv", parse, (name) => this.#kv.delete(name));
  }

  async list(options?: unknown): Promise<unknown> {
    const parse = async () => {
      const { prefix, limit, cursor } =
        parseOrThrow(listOptionsSchema, options ?? undefined, "kv.list: options") ?? {};
      return {
        prefix: prefix ? this.#nameOf(prefix) : this.#prefix,
        limit: limit ?? 1000,
        cursor: cursor ? await this.#openCursor(cursor) : null,
      };
    };
    return this.#perform("list", "read:kv", parse, async (list) => {
      const answer = await this.#kv.list(list);
      const keys = answer.keys
        .filter(({ name }) => name.startsWith(this.#prefix))
        .map((key) => ({ ...key, name: key.name.slice(this.#prefix.length) }));
      if (answer.list_complete) return { keys, list_complete: true, cacheStatus: null };
      const cursor = await sealCursor(answer.cursor, this.#prefix);
      return { keys, list_complete: false, cursor, cacheStatus: null };
    });
  }

  #perform<P, T>(
    method: string,
    scope: "read:kv" | "write:kv",
    parse: () => P | Promise<P>,
    act: (parsed: P) => T | Promise<T>,
  ): Promise<T> {
    return this.#invocation.perform({ capability: scopeTable[scope].capability, method, scope }, parse, act);
  }

  /** The key in Workers KV. Bytes count with the prefix, as they do there. */
  #nameOf(key: unknown): string {
    if (typeof key !== "string" || key === "" || !key.isWellFormed()) {
      throw new EmgateError("INVALID_ARGUMENT", "kv: expected a key, well-formed text that is not empty");
    }
    const room = MAX_KV_KEY_BYTES - byteLength(this.#prefix);
    if (byteLength(key) > room) {
      throw new EmgateError("INVALID_ARGUMENT", `kv: expected a key of at most ${room} bytes`);
    }
    return this.#prefix + key;
  }

  async #openCursor(sealed: string): Promise<string> {
    const cursor = await openCursor(sealed, this.#prefix);
    if (cursor !== null) return cursor;
    throw new EmgateError("INVALID_ARGUMENT", "kv.list: expected a cursor that an earlier list returned");
  }
}

/** `api.kv` of one invocation. */
export class KvTarget extends RpcTarget {
  readonly #store: KvStore;

  constructor(store: KvStore) {
    super();
    this.#store = store;
  }

  get(key: unknown, options?: unknown) {
    return this.#store.get(key, options);
  }
  getWithMetadata(key: unknown, options?: unknown) {
    return this.#store.getWithMetadata(key, options);
  }
  put(key: unknown, value: unknown, options?: unknown) {
    return this.#store.put(key, value, options);
  }
  delete(key: unknown) {
    return this.#store.delete(key);
  }
  list(options?: unknown) {
    return this.#store.list(options);
  }
}

/** The same for a Worker that is bound: each call opens, and is, an invocation of its own. */
export function kvEntrypoint<Env>(open: OpenBound<Env, KvStore>) {
  return class Kv extends WorkerEntrypoint<Env, CapabilityProps> {
    get(key: unknown, options?: unknown) {
      return open(this.ctx, this.env, (store) => store.get(key, options));
    }
    getWithMetadata(key: unknown, options?: unknown) {
      return open(this.ctx, this.env, (store) => store.getWithMetadata(key, options));
    }
    put(key: unknown, value: unknown, options?: unknown) {
      return open(this.ctx, this.env, (store) => store.put(key, value, options));
    }
    delete(key: unknown) {
      return open(this.ctx, this.env, (store) => store.delete(key));
    }
    list(options?: unknown) {
      return open(this.ctx, this.env, (store) => store.list(options));
    }
  };
}
