// What a plugin may put into Workers KV and ask it for: types, options, and values of bounded size.
// Whatever Workers KV would refuse is refused here first, so that its own errors never reach a plugin.
import { z } from "zod";
import { EmgateError, parseOrThrow } from "../contracts/errors.ts";
import { byteLength, jsonSchema, measureData } from "../contracts/json.ts";
import { MAX_KV_METADATA_BYTES, MAX_KV_VALUE_BYTES } from "../contracts/limits.ts";

/** Seconds that a key lives at the least, and the latest second that the binding can say: Workers KV's own. */
const MIN_TTL_SECONDS = 60;
const MAX_SECONDS = 2 ** 31 - 1;
/** Reads of one stream; stops one that drips, or never brings a byte, from being read for ever. */
const MAX_STREAM_CHUNKS = 16_384;

const KV_TYPES = ["text", "json", "arrayBuffer", "stream"] as const;
type KvType = (typeof KV_TYPES)[number];

const typeSchema = z
  .union([z.enum(KV_TYPES), z.object({ type: z.enum(KV_TYPES).default("text") })])
  .optional()
  .transform((type): KvType => (typeof type === "object" ? type.type : (type ?? "text")));

const putOptionsSchema = z
  .object({
    /** Seconds since the epoch, and seconds from now. */
    expiration: z.number().int().max(MAX_SECONDS).optional(),
    expirationTtl: z.number().int().min(MIN_TTL_SECONDS).max(MAX_SECONDS).optional(),
    metadata: jsonSchema.optional(),
  })
  .optional();

export function parseKvType(options: unknown, what: string): KvType {
  return parseOrThrow(typeSchema, options ?? undefined, what);
}

export function parsePutOptions(input: unknown, nowMs: number): KVNamespacePutOptions {
  // First, and never more than its bytes as JSON: a message of few bytes may hold one part a million times over.
  if (measureData(metadataOf(input), MAX_KV_METADATA_BYTES) > MAX_KV_METADATA_BYTES) throw metadataTooLarge();
  const { expiration, expirationTtl, metadata } =
    parseOrThrow(putOptionsSchema, input ?? undefined, "kv.put: options") ?? {};
  if (expiration !== undefined && expiration * 1000 < nowMs + MIN_TTL_SECONDS * 1000) {
    throw new EmgateError(
      "INVALID_ARGUMENT",
      `kv.put: options.expiration: expected a time at least ${MIN_TTL_SECONDS} seconds from now`,
    );
  }
  if (metadata !== undefined && byteLength(JSON.stringify(metadata)) > MAX_KV_METADATA_BYTES) {
    throw metadataTooLarge();
  }
  return {
    ...(expiration !== undefined && { expiration }),
    ...(expirationTtl !== undefined && { expirationTtl }),
    ...(metadata !== undefined && { metadata }),
  };
}

function metadataOf(options: unknown): unknown {
  return typeof options === "object" && options !== null && "metadata" in options
    ? options.metadata
    : undefined;
}

function metadataTooLarge(): EmgateError {
  return new EmgateError(
    "PAYLOAD_TOO_LARGE",
    `kv.put: expected metadata of at most ${MAX_KV_METADATA_BYTES} bytes`,
  );
}

/** What a value is read as: a stream's is held whole, like any other, so that it is counted before it is answered. */
export function heldTypeOf(type: KvType): Exclude<KvType, "stream"> {
  return type === "stream" ? "arrayBuffer" : type;
}

/** The value, read as `heldTypeOf` says, as it was asked for. */
export function presentValue(value: unknown, type: KvType): unknown {
  return type === "stream" && value instanceof ArrayBuffer ? new Response(value).body : value;
}

/** The answer; a value that was asked for as JSON and is none is the asker's mistake. */
export async function refuseBadJson<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new EmgateError("INVALID_ARGUMENT", "kv: the value under this key is not JSON");
  }
}

export type KvValue = string | ArrayBuffer | ArrayBufferView;

/** The value as text or bytes of bounded size; a stream is read here, up to the bound. */
export async function boundValue(value: unknown): Promise<KvValue> {
  if (typeof value === "string") return assertSize(value, byteLength(value));
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return assertSize(value, value.byteLength);
  if (value instanceof ReadableStream) return readBounded(value);
  throw new EmgateError("INVALID_ARGUMENT", "kv.put: expected a value of text, bytes or a ReadableStream");
}

async function readBounded(stream: ReadableStream): Promise<Uint8Array> {
  try {
    return joinChunks(await readChunks(stream));
  } catch (error) {
    if (error instanceof EmgateError) throw error;
    throw new EmgateError("INVALID_ARGUMENT", "kv.put: the stream of the value failed");
  }
}

async function readChunks(stream: ReadableStream): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let reads = 0;
  // Leaving the loop cancels the stream, so an endless one ends here.
  for await (const chunk of stream) {
    if (!(chunk instanceof Uint8Array)) {
      throw new EmgateError("INVALID_ARGUMENT", "kv.put: expected a stream of bytes");
    }
    reads += 1;
    if (reads > MAX_STREAM_CHUNKS) {
      throw new EmgateError(
        "PAYLOAD_TOO_LARGE",
        `kv.put: expected a stream of at most ${MAX_STREAM_CHUNKS} chunks`,
      );
    }
    bytes += chunk.byteLength;
    chunks.push(assertSize(chunk, bytes));
  }
  return chunks;
}

function joinChunks(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((bytes, chunk) => bytes + chunk.byteLength, 0));
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
