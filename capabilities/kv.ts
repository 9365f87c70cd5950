// kv.read and kv.write: a plugin's own keys in Workers KV, with Workers KV's own signatures.
// The prefix is written here and nowhere else; a plugin never names, sees or lists a key outside it.
import { RpcTarget, WorkerEntrypoint } from "cloudflare:workers";
import { z } from "zod";
import type { CapabilityProps } from "../contracts/capability.ts";
import type { Caveats } from "../contracts/caveats.ts";
import { EmgateError, parseOrThrow } from "../contracts/errors.ts";
import { majorOf } from "../contracts/ids.ts";
import { byteLength } from "../contracts/json.ts";
import { MAX_KV_KEY_BYTES } from "../contracts/limits.ts";
import { scopeTable } from "../contracts/scopes.ts";
import type { Invocation, OpenBound } from "./capability.ts";
import { outsideCaveat } from "./denial.ts";
import { keyPrefixOf } from "./kv-prefix.ts";
import { bookPut, type Put } from "./kv-quota.ts";
import {
  boundValue,
  heldTypeOf,
  parseKvType,
  parsePutOptions,
  presentValue,
  refuseBadJson,
} from "./kv-values.ts";
import { openCursor, sealCursor } from "./sealed-cursor.ts";

const listOptionsSchema = z
  .object({
    prefix: z.string().nullish(),
    limit: z.number().int().min(1).max(1000).nullish(),
    cursor: z.string().max(4096).nullish(),
  })
  .optional();

type KvScope = "read:kv" | "write:kv";

/** Policy and effect of both scopes; the faces below only hand over. */
export class KvStore {
  readonly #kv: KVNamespace;
  readonly #invocation: Invocation;
  readonly #prefix: string;

  /** `version`: of whose major the keys are. */
  constructor(kv: KVNamespace, invocation: Invocation, version = invocation.subject.version) {
    const { site, ...subject } = invocation.subject;
    this.#kv = kv;
    this.#invocation = invocation;
    this.#prefix = keyPrefixOf(site, { ...subject, major: majorOf(version) });
  }

  async get(key: unknown, options?: unknown): Promise<unknown> {
    const parse = (caveats: Caveats) => ({
      name: this.#prefix + this.#ownKey(key, "read:kv", caveats),
      type: parseKvType(options, "kv.get: type"),
    });
    const { value, type } = await this.#perform(
      "get",
      "read:kv",
      [key, options],
      parse,
      async ({ name, type }) => ({
        // KV's overloads want a literal type; those asked for are the ones it knows.
        value: await refuseBadJson(this.#kv.get(name, heldTypeOf(type) as "text")),
        type,
      }),
    );
    return presentValue(value, type);
  }

  async getWithMetadata(key: unknown, options?: unknown): Promise<{ value: unknown; metadata: unknown }> {
    const parse = (caveats: Caveats) => ({
      name: this.#prefix + this.#ownKey(key, "read:kv", caveats),
      type: parseKvType(options, "kv.getWithMetadata: type"),
    });
    const answer = await this.#perform(
      "getWithMetadata",
      "read:kv",
      [key, options],
      parse,
      async ({ name, type }) => {
        const held = heldTypeOf(type) as "text"; // as above
        const { value, metadata } = await refuseBadJson(this.#kv.getWithMetadata(name, held));
        return { value, metadata, type };
      },
    );
    return { value: presentValue(answer.value, answer.type), metadata: answer.metadata };
  }

  /**
   * The key and the bytes of key, value and metadata are booked before anything is written. A booking grows with
   * later puts of its key and ends with the key, by `delete` or by expiration: of two writes it cannot be known
   * which one lands.
   */
  async put(key: unknown, value: unknown, options?: unknown): Promise<void> {
    const parse = async (caveats: Caveats): Promise<Put> => ({
      key: this.#ownKey(key, "write:kv", caveats),
      options: parsePutOptions(options, this.#invocation.terms.clock()),
      value: await boundValue(value),
    });
    const done: { bookedKey: string | null; begun: boolean } = { bookedKey: null, begun: false };
    const book = async (put: Put, { maxBytes }: Caveats) => {
      await bookPut(this.#invocation.terms, put, maxBytes);
      done.bookedKey = put.key;
    };
    const act = (put: Put) => {
      done.begun = true;
      return this.#kv.put(this.#prefix + put.key, put.value, put.options);
    };
    try {
      await this.#perform("put", "write:kv", [key, value, options], parse, act, book);
    } finally {
      // Best effort: a write whose end was not told is waited for a minute, and stays booked.
      const { bookedKey, begun } = done;
      if (bookedKey !== null) await this.#invocation.terms.quota.settle(bookedKey, begun).catch(() => {});
    }
  }

  async delete(key: unknown): Promise<void> {
    const { quota } = this.#invocation.terms;
    const parse = async (caveats: Caveats) => {
      const ownKey = this.#ownKey(key, "write:kv", caveats);
      return { ownKey, mark: await quota.mark(ownKey) };
    };
    return this.#perform("delete", "write:kv", [key], parse, async ({ ownKey, mark }) => {
      await this.#kv.delete(this.#prefix + ownKey);
      if (mark !== null) await quota.release(ownKey, mark);
    });
  }

  /** Under `keyPrefix` a prefix that is shorter, or none, lists what lies under the caveat's. */
  async list(options?: unknown): Promise<unknown> {
    const parse = async (caveats: Caveats) => {
      const { prefix, limit, cursor } =
        parseOrThrow(listOptionsSchema, options ?? undefined, "kv.list: options") ?? {};
      const root = this.#prefix + (caveats.keyPrefix ?? "");
      return {
        root,
        prefix: this.#prefix + this.#listedPrefix(prefix ?? "", caveats),
        limit: limit ?? 1000,
        cursor: cursor ? await this.#openCursor(cursor, root) : null,
      };
    };
    return this.#perform("list", "read:kv", [options], parse, async ({ root, ...list }) => {
      const answer = await this.#kv.list(list);
      // A cursor may remember another prefix than the one it comes back with.
      const keys = answer.keys
        .filter(({ name }) => name.startsWith(root))
        .map((key) => ({ ...key, name: key.name.slice(this.#prefix.length) }));
      if (answer.list_complete) return { keys, list_complete: true, cacheStatus: null };
      const cursor = await sealCursor(answer.cursor, root);
      return { keys, list_complete: false, cursor, cacheStatus: null };
    });
  }

  #perform<P, T>(
    method: string,
    scope: KvScope,
    args: readonly unknown[],
    parse: (caveats: Caveats) => P | Promise<P>,
    act: (parsed: P, caveats: Caveats) => T | Promise<T>,
    book?: (parsed: P, caveats: Caveats) => Promise<void>,
  ): Promise<T> {
    const call = { capability: scopeTable[scope].capability, method, scope, args };
    return this.#invocation.perform(call, parse, act, book);
  }

  /** The plugin's own key, within the caveat. Bytes count with the capability's prefix, as they do in KV. */
  #ownKey(key: unknown, scope: KvScope, { keyPrefix = "" }: Caveats): string {
    if (typeof key !== "string" || key === "" || !key.isWellFormed()) {
      throw new EmgateError("INVALID_ARGUMENT", "kv: expected a key, well-formed text that is not empty");
    }
    const room = MAX_KV_KEY_BYTES - byteLength(this.#prefix);
    if (byteLength(key) > room) {
      throw new EmgateError("INVALID_ARGUMENT", `kv: expected a key of at most ${room} bytes`);
    }
    if (!key.startsWith(keyPrefix)) throw outsidePrefix(scope, keyPrefix);
    return key;
  }

  /** What a list of `asked` may show: whichever of it and the caveat's prefix is longer. */
  #listedPrefix(asked: string, caveats: Caveats): string {
    const { keyPrefix = "" } = caveats;
    const listed = keyPrefix.startsWith(asked) ? keyPrefix : asked;
    return listed === "" ? "" : this.#ownKey(listed, "read:kv", caveats);
  }

  async #openCursor(sealed: string, root: string): Promise<string> {
    const cursor = await openCursor(sealed, root);
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

function outsidePrefix(scope: KvScope, keyPrefix: string): EmgateError {
  const message = `${scope} was granted for keys that start with ${JSON.stringify(keyPrefix)}, and for no others`;
  return outsideCaveat(scope, "keyPrefix", message);
}
