// The gateway's own limits, counted by Cloudflare's rate-limit binding: how often an address, a token, a site and a
// plugin may call. Never asks the binding at each call of a hook: those take their turns from blocks.
import { EmgateError } from "../../contracts/errors.ts";
import type { Env } from "./env.ts";

/** Of every limit in wrangler.toml: whoever is over may call again when it has passed. */
export const RATE_PERIOD_SECONDS = 10;

/**
 * Calls that one success of each binding stands for; its limit in wrangler.toml is counted in these. Hooks are called
 * thousands of times a second, and asking costs more than the call where the binding runs locally.
 */
export const CALLS_PER_TURN = {
  RATE_CALLERS: 1,
  RATE_SIGN_INS: 1,
  RATE_SITES: 500,
  RATE_PLUGINS: 500,
} as const;
export type RateLimitName = keyof typeof CALLS_PER_TURN;
export type RateLimits = Pick<Env, RateLimitName>;

/** Milliseconds for which a refusal is believed without asking again: a flood costs the binding one question. */
const REFUSAL_MS = 1_000;
/** Milliseconds that others wait for one who asks; that one's request may have died. */
const ASK_PATIENCE_MS = 1_000;
/** Milliseconds between two looks at whether the one who asks was answered. */
const LOOK_MS = 1;
/** Blocks that an isolate holds at once. */
const MAX_BLOCKS = 10_000;

/** What this isolate holds of a limit for one key. Times in milliseconds since the epoch. */
interface Block {
  left: number;
  goodUntilMs: number;
  refusedUntilMs: number;
  askingUntilMs: number;
}

const blocks = new Map<string, Block>();

/** Counts a call; false where the key is over its limit, and true at once where a block has calls left. */
export function takeTurn(env: RateLimits, limit: RateLimitName, key: string): true | Promise<boolean> {
  if (CALLS_PER_TURN[limit] === 1) return askBinding(env[limit], key);
  const block = blocks.get(`${limit}/${key}`);
  return block !== undefined && takeFrom(block) ? true : takeFromNext(env, limit, key);
}

/** The same for callers that are told. @throws RATE_LIMITED with `retryAfterSeconds` in its details */
export async function assertTurn(env: RateLimits, limit: RateLimitName, key: string): Promise<void> {
  if (await takeTurn(env, limit, key)) return;
  const details = { retryAfterSeconds: RATE_PERIOD_SECONDS };
  throw new EmgateError("RATE_LIMITED", `${OVER[limit]}; try again in ${RATE_PERIOD_SECONDS} seconds`, {
    details,
  });
}

const OVER: Readonly<Record<RateLimitName, string>> = {
  RATE_CALLERS: "more calls than one caller may make",
  RATE_SIGN_INS: "more tokens than may be presented from one place",
  RATE_SITES: "more hooks than one site may call",
  RATE_PLUGINS: "more calls than one plugin may make or get",
};

/** Where a request comes from, or null where nobody says. One network of IPv6 is one place: it has 2^64 addresses. */
export function placeOf(request: Request): string | null {
  const address = request.headers.get("cf-connecting-ip");
  if (address === null || !address.includes(":") || address.includes(".")) return address;
  const [head = "", tail] = address.split("::");
  const groups = head === "" ? [] : head.split(":");
  if (tail !== undefined) groups.push(...Array.from({ length: 4 }, () => "0"));
  return groups.slice(0, 4).join(":");
}

/** One asks for a block at a time, so that a crowd does not take one each. */
async function takeFromNext(env: RateLimits, limit: RateLimitName, key: string): Promise<boolean> {
  const block = blockOf(`${limit}/${key}`);
  for (;;) {
    if (takeFrom(block)) return true;
    const nowMs = Date.now();
    if (nowMs < block.refusedUntilMs) return false;
    if (nowMs < block.askingUntilMs) {
      await scheduler.wait(LOOK_MS);
      continue;
    }
    block.askingUntilMs = nowMs + ASK_PATIENCE_MS;
    if (await askBinding(env[limit], key)) {
      block.left = CALLS_PER_TURN[limit];
      block.goodUntilMs = nowMs + RATE_PERIOD_SECONDS * 1000;
    } else {
      block.refusedUntilMs = nowMs + REFUSAL_MS;
    }
    block.askingUntilMs = 0;
  }
}

function takeFrom(block: Block): boolean {
  if (block.left === 0 || Date.now() >= block.goodUntilMs) return false;
  block.left -= 1;
  return true;
}

/** A limit that cannot be asked holds nobody up: it guards the service, and nobody's rights. */
async function askBinding(limiter: RateLimit, key: string): Promise<boolean> {
  try {
    return (await limiter.limit({ key })).success;
  } catch (error) {
    console.error("a rate limit could not be asked", error);
    return true;
  }
}

function blockOf(name: string): Block {
  const known = blocks.get(name);
  if (known !== undefined) return known;
  const [oldest] = blocks.keys();
  if (oldest !== undefined && blocks.size >= MAX_BLOCKS) blocks.delete(oldest);
  const block = { left: 0, goodUntilMs: 0, refusedUntilMs: 0, askingUntilMs: 0 };
  blocks.set(name, block);
  return block;
}
