// kv.read and kv.write: a plugin's own keys in Workers KV, with Workers KV's own signatures.
// The prefix is written here and nowhere else; a plugin never names, sees or lists a key outside it.
import { RpcTarget, WorkerEntrypoint } from "cloudflare:workers";
import { z } from "zod";
import type { CapabilityProps } from "../contracts/capability.ts";
import { sha256Hex } from "../contracts/digest.ts";
import { EmgateError, parseOrThrow } from "../contracts/errors.ts";
import { majorOf } from "../contracts/ids.ts";
import { byteLength, jsonSchema } from "../contracts/json.ts";
import { MAX_KV_KEY_BYTES, MAX_KV_METADATA_BYTES, MAX_KV_VALUE_BYTES } from "../contracts/limits.ts";
import { scopeTable } from "../contracts/scopes.ts";
import type { Invocation, OpenBound } from "./capability.ts";

/** Hex characters of a cursor's mark: 128 bits. */
const CURSOR_MARK_CHARS = 32;

const KV_TYPES = ["text", "json", "arrayBuffer", "stream"] as const;
type KvType = (typeof KV_TYPES)[number];

const typeSchema = z
  .union([z.enum(KV_TYPES), z.object({ type: z.enum(KV_TYPES).default("text") })])
  .optional()
  .transform((type): KvType => (typeof type === "object" ? type.type : (type ?? "text")));

const putOptionsSchema = z
  .object({
    /** Seconds since the epoch, and seconds from now; Workers KV takes 60 at the least. */
    expiration: z.number().int().positive().optional(),
    expirationTtl: z.number().int().min(60).optional(),
    metadata: jsonSchema.optional(),
  })
  .optional();

const listOptionsSchema = z
  .object({
    prefix: z.string().nullish(),
    limit: z.number().int().min(1).max(1000).nullish(),
    cursor: z.string().max(2048).nullish(),
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
    const parse = () => ({
      name: this.#nameOf(key),
      type: parseOrThrow(typeSchema, options, "kv.get: type"),
    });
    // KV's overloads want a literal type; the four are the ones it knows.
    return this.#perform("get", "read:kv", parse, ({ name, type }) => this.#kv.get(name, type as "text"));
  }

  async getWithMetadata(key: unknown, options?: unknown): Promise<{ value: unknown; metadata: unknown }> {
    const what = "kv.getWithMetadata: type";
    const parse = () => ({ name: this.#nameOf(key), type: parseOrThrow(typeSchema, options, what) });
    return this.#perform("getWithMetadata", "read:kv", parse, async ({ name, type }) => {
      const { value, metadata } = await this.#kv.getWithMetadata(name, type as "text"); // as above
      return { value, metadata };
    });
  }

  async put(key: unknown, value: unknown, options?: unknown): Promise<void> {
    const parse = async () => ({
      name: this.#nameOf(key),
      options: parsePutOptions(options),
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
        prefix: this.#prefix + (prefix ?? ""),
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
      return { keys, list_complete: false, cursor: await this.#wrapCursor(answer.cursor), cacheStatus: null };
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

  /** Binds a cursor of Workers KV to this prefix: one from elsewhere is refused. */
  async #wrapCursor(cursor: string): Promise<string> {
    return `${await this.#cursorMark(cursor)}.${cursor}`;
  }

  async #openCursor(wrapped: string): Promise<string> {
    const cursor = wrapped.slice(CURSOR_MARK_CHARS + 1);
    if ((await this.#wrapCursor(cursor)) !== wrapped) {
      throw new EmgateError("INVALID_ARGUMENT", "kv.list: expected a cursor that an earlier list returned");
    }
    return cursor;
  }

  /** The prefix holds the install's random id, which plugins are not told: they cannot make a mark. */
  async #cursorMark(cursor: string): Promise<string> {
    return (await sha256Hex(`${this.#prefix}\n${cursor}`)).slice(0, CURSOR_MARK_CHARS);
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

function parsePutOptions(input: unknown): KVNamespacePutOptions {
  const { expiration, expirationTtl, metadata } =
    parseOrThrow(putOptionsSchema, input ?? undefined, "kv.put: options") ?? {};
  if (metadata !== undefined && byteLength(JSON.stringify(metadata)) > MAX_KV_METADATA_BYTES) {
    throw new EmgateError(
      "PAYLOAD_TOO_LARGE",
      `kv.put: expected metadata of at most ${MAX_KV_METADATA_BYTES} bytes`,
    );
  }
  return {
    ...(expiration !== undefined && { expiration }),
    ...(expirationTtl !== undefined && { expirationTtl }),
    ...(metadata !== undefined && { metadata }),
  };
}

/** The value as text or bytes of bounded size; a stream is read here, up to the bound. */
async function boundValue(value: unknown): Promise<string | ArrayBuffer | ArrayBufferView> {
  if (typeof value === "string") return assertSize(value, byteLength(value));
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return assertSize(value, value.byteLength);
  if (value instanceof ReadableStream) return readBounded(value);
  throw new EmgateError("INVALID_ARGUMENT", "kv.put: expected a value of text, bytes or a ReadableStream");
}

async function readBounded(stream: ReadableStream): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    if (!(chunk instanceof Uint8Array)) {
      throw new EmgateError("INVALID_ARGUMENT", "kv.put: expected a stream of bytes");
    }
    bytes += chunk.byteLength;
    // Leaving the loop cancels the stream, so an endless one ends here.
    chunks.push(assertSize(chunk, bytes));
  }
  const whole = new Uint8Array(bytes);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}

function assertSize<T>(value: T, bytes: number): T {
  if (bytes <= MAX_KV_VALUE_BYTES) return value;
  throw new EmgateError(
    "PAYLOAD_TOO_LARGE",
    `kv.put: expected a value of at most ${MAX_KV_VALUE_BYTES} bytes`,
  );
}
