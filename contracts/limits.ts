// Every limit that the gateway enforces, with its unit and the abuse that it stops.

const KIB = 1024;
const MIB = 1024 * KIB;

/** Plugins of one request that run at once: the platform allows 4 distinct Dynamic Workers a request. */
export const MAX_IN_FLIGHT = 4;

/** Bytes of UTF-8 of a submitted bundle; a larger one is slow to parse and slow to start. */
export const MAX_BUNDLE_BYTES = 1 * MIB;
/** Bytes of a manifest's JSON; it is read by people. */
export const MAX_MANIFEST_BYTES = 64 * KIB;
/** Bytes of a grant's compact JWT; a bigger one is refused before anything is decoded. */
export const MAX_GRANT_BYTES = 8 * KIB;
/** Size of one event (`measureData`), a page with its HTML and its previous version included; counted in each call. */
export const MAX_EVENT_CHARS = 4 * MIB;
/** Bytes of a delivery's event as JSON: a row of a Durable Object takes two million. */
export const MAX_DELIVERY_BYTES = 1_950_000;
/** Bytes of the JSON a hook returns; stops a plugin from filling the gateway's memory with answers. */
export const MAX_RESULT_BYTES = 256 * KIB;
/** Bytes of one message on /rpc; a seed file is the largest honest one. */
export const MAX_RPC_MESSAGE_BYTES = 16 * MIB;
/** Nesting of one message on /rpc; deeper input costs stack, not meaning. */
export const MAX_RPC_DEPTH = 64;
/** Bytes of an import file. */
export const MAX_SEED_BYTES = 12 * MIB;
/** Bytes of a request's body on the HTTP routes, which take none of their own. */
export const MAX_BODY_BYTES = 1 * MIB;

/** Migrations of one version, and bytes of all of them: they are kept in one row. */
export const MAX_MIGRATIONS = 100;
export const MAX_MIGRATIONS_BYTES = 256 * KIB;
/** Statements of a version's migrations, all together: each is a query of the gateway's own, as in a batch. */
export const MAX_MIGRATION_STATEMENTS = 500;

/** What one call of a plugin may cost the gateway. A character of text counts as one byte, whatever it takes. */
export interface CallWork {
  /** Capability calls; those past it are refused, and those past twice of it are never answered. */
  readonly calls: number;
  /** Bytes that reach the plugin: its event and what capabilities answer. */
  readonly bytesIn: number;
  /** Bytes that the plugin hands to capabilities; its result has MAX_RESULT_BYTES. */
  readonly bytesOut: number;
}

interface HookWork extends CallWork {
  /** Milliseconds of CPU, handed to the loader; Cloudflare enforces them, workerd alone does not. */
  readonly cpuMs: number;
  /**
   * Subrequests, handed to the loader. A plugin has nothing to make one of but its capabilities: should the
   * platform count those calls, the number of calls must be what ends them.
   */
  readonly subRequests: number;
}

/** Milliseconds of CPU that no hook may pass: on a developer's machine as much silence is taken for a wedge. */
export const MAX_CPU_MS = 2_000;

/** What one call of a hook may cost. Each has room in `bytesIn` for an event of the full size. */
export const hookWork = {
  // An editor waits. A check reads the page, the one before, and what it compares them with page by page; it keeps
  // findings, not content.
  beforePublish: { cpuMs: 1_000, subRequests: 1_000, calls: 1_000, bytesIn: 16 * MIB, bytesOut: 4 * MIB },
  // Nobody waits, but each publication pays. Besides the page it reads and writes a few values of full size.
  afterPublish: { cpuMs: 1_000, subRequests: 1_000, calls: 1_000, bytesIn: 16 * MIB, bytesOut: 8 * MIB },
  // A visitor waits, for every page. Some values read at once, and patches to check: their sanitising is the
  // gateway's own time, about 150 µs a KiB, and a result holds 256 KiB of them at most.
  renderHtml: { cpuMs: 100, subRequests: 100, calls: 100, bytesIn: 8 * MIB, bytesOut: 1 * MIB },
  // A visitor waits, for every search. Some values read at once, and a note of what was searched for.
  onSearch: { cpuMs: 100, subRequests: 100, calls: 100, bytesIn: 8 * MIB, bytesOut: 1 * MIB },
  // Nobody waits. A sitemap of 3,000 pages read one by one with the lists that name them, or an index of 20 MiB in
  // values of 1 MiB read and written anew; more than that takes another turn (`again`).
  onSchedule: {
    cpuMs: MAX_CPU_MS,
    subRequests: 4_000,
    calls: 4_000,
    bytesIn: 64 * MIB,
    bytesOut: 32 * MIB,
  },
} as const satisfies Record<string, HookWork>;

/**
 * What `migrate` may cost, once for each new major. The plugin is called for nothing else meanwhile, so it ends within
 * a minute; ten thousand values of some KiB read and written again, or a database copied in batches.
 */
export const migrateWork = {
  timeoutMs: 60_000,
  cpuMs: 10_000,
  subRequests: 20_000,
  calls: 20_000,
  bytesIn: 128 * MIB,
  bytesOut: 128 * MIB,
} as const satisfies HookWork & { readonly timeoutMs: number };
/** Milliseconds that a plugin stays frozen where nobody ends it: a drain, `migrate` and the switch have room in it. */
export const FREEZE_MS = 120_000;
/** Milliseconds until a delivery to a frozen plugin is tried again. */
export const FROZEN_RETRY_MS = 5_000;

/** One call of a capability bound to a Worker: the largest there is, a whole document to patch and its answer. */
export const BOUND_CALL_WORK = {
  calls: 1,
  bytesIn: 8 * MIB,
  bytesOut: 4 * MIB,
} as const satisfies CallWork;

/**
 * Calls after which an invocation yields to timers and other requests, and milliseconds after which it does so however
 * few they were: some dozens of calls with arguments of 30 MiB hold up everyone for seconds.
 */
export const CALLS_PER_YIELD = 64;
export const MS_PER_YIELD = 10;
/** Calls kept in a trace; the rest are only counted. */
export const MAX_TRACED_CALLS = 100;
/** Log lines of one invocation, and characters of one line. */
export const MAX_LOG_LINES = 200;
export const MAX_LOG_CHARS = 2_000;

/** Milliseconds that an isolate gathers a site's lines, traces and recordings before it writes them. */
export const JOURNAL_GATHER_MS = 1_000;
/** Entries of one page of lines, traces or recordings. */
export const MAX_JOURNAL_PAGE = 1_000;
/**
 * Days that log lines and traces are kept, lines a plugin and characters of them an hour: enough for what happened
 * since Monday, and at most ten megabytes. A plugin that floods its log loses its own lines.
 */
export const LOG_KEPT_MS = 7 * 24 * 3_600_000;
export const MAX_KEPT_LINES = 5_000;
export const MAX_LOG_CHARS_PER_HOUR = 1 * MIB;
/** Characters that a line counts beside its message: empty ones cost a row too. */
export const LOG_LINE_CHARS = 100;
/**
 * Characters of lines that an isolate gathers of one plugin, more than one call may log, and of a whole site: all
 * that is gathered is written in one message, which takes 32 MiB, and text may take several times its characters.
 */
export const MAX_GATHERED_LOG_CHARS = 512 * KIB;
export const MAX_GATHERED_SITE_LOG_CHARS = 4 * MIB;
/**
 * Traces of a plugin that are kept, and gathered by an isolate, the newest; of calls that went well and of others
 * apart, so that a crowd of visitors does not push out what failed.
 */
export const MAX_KEPT_TRACES = 500;
export const MAX_GATHERED_TRACES = 100;
/** Recordings of a plugin, and milliseconds that one is kept: they hold content, so they are few and end soon. */
export const MAX_KEPT_RECORDINGS = 100;
export const RECORDING_KEPT_MS = 24 * 3_600_000;
/** Bytes of one recording; a larger one keeps no answers. */
export const MAX_RECORDING_BYTES = 256 * KIB;
/** Recordings of a plugin, and size (`measureData`) of a site's, that an isolate gathers: samples of a busy site. */
export const MAX_GATHERED_RECORDINGS = 10;
export const MAX_GATHERED_RECORDING_SIZE = 2 * MIB;

/** Bytes of a key (Workers KV takes 512, the capability's own prefix included). */
export const MAX_KV_KEY_BYTES = 512;
/** Bytes of a value a plugin may store under one key. */
export const MAX_KV_VALUE_BYTES = 1 * MIB;
/** Bytes of a key's metadata as JSON (Workers KV's own limit). */
export const MAX_KV_METADATA_BYTES = 1024;

/**
 * Keys, and bytes of keys, values and metadata, that a major version of a plugin keeps on a site: an index of a large
 * site fits, and a plugin that writes a key for each visitor is stopped before the deployment pays for millions. A
 * caveat `maxBytes` takes the place of the bytes, not of the keys.
 */
export const MAX_KV_KEYS = 10_000;
export const DEFAULT_KV_BYTES = 64 * MIB;

/** Bytes of one SQL text, and parameters bound to one (D1's own limits). */
export const MAX_SQL_BYTES = 100_000;
export const MAX_SQL_PARAMS = 100;
/** Statements of one batch, and lines of one `exec`: each is a query of the gateway's own, which has 1,000 a request. */
export const MAX_DATABASE_STATEMENTS = 100;
/** Bytes of a plugin's database where no caveat bounds it: D1 would take 10 GB, and the deployment pays for them. */
export const DEFAULT_DATABASE_BYTES = 100 * MIB;
/** Milliseconds that SQL or a key which was admitted before an uninstall's acknowledgement may take to land. */
export const STATE_REST_MS = 35_000;
/** Milliseconds that keys and database of an old major version are kept: a rollback finds them. */
export const STATE_KEPT_MS = 7 * 24 * 3_600_000;
/** Seconds that an uninstalled plugin's keys and databases may be kept: they hold a place in the pool. */
export const MAX_KEEP_DATA_SECONDS = 90 * 24 * 3600;
/** Milliseconds until keys that were erased are looked for once more: Workers KV may list them a minute late. */
export const ERASE_AGAIN_MS = 65_000;
/** Keys that are erased, each by a subrequest, before the next portion begins. */
export const MAX_ERASED_KEYS = 750;
/** Milliseconds that a database which was asked for waits for its install; one that broke off must not keep it. */
export const DATABASE_RESERVATION_MS = 600_000;
/** Milliseconds between two looks at whether a database's plugin still stands, and after a wiping that failed. */
export const DATABASE_CHECK_MS = 3_600_000;
export const DATABASE_RETRY_MS = 60_000;

/** Bytes of one fragment of a patch; public pages stay small. */
export const MAX_FRAGMENT_BYTES = 64 * KIB;
/** Element patches of one plugin, and bytes of a selector: each is matched against every element. */
export const MAX_ELEMENT_PATCHES = 50;
export const MAX_SELECTOR_BYTES = 256;

/** Elements inside each other in a fragment; deeper markup costs browsers stack and readers nothing. */
export const MAX_FRAGMENT_DEPTH = 100;
/** Characters that element patches add to one response: `before` on `*` must not make a page of gigabytes. */
export const MAX_INSERTED_CHARS = 2 * MIB;
/**
 * Steps of element patches in one response, some microseconds each: fifty patches of fifty attributes at every
 * element of a long page would hold everybody up for seconds.
 */
export const MAX_PATCH_STEPS = 50_000;
/** Tags of a document to look at (`html.apply`) times element patches: each is held against each, in one turn. */
export const MAX_MATCHES = 50_000;
/** Entries of one report of dropped things, and characters of a thing that an entry repeats. */
export const MAX_DROPPED_ENTRIES = 200;
export const MAX_DROPPED_CHARS = 80;

/** Results of one search that plugins see and rank. */
export const MAX_SEARCH_RESULTS = 200;
/** Issues a gate may return. */
export const MAX_ISSUES = 100;

/** Milliseconds a lease is good for unless EMGATE_LEASE_MS says otherwise, and what it may say. */
export const LEASE_TTL_MS = 2_000;
export const MIN_LEASE_TTL_MS = 500;
export const MAX_LEASE_TTL_MS = 30_000;
/** Milliseconds that covers the clock's reading and a guard's effect. */
export const LEASE_MARGIN_MS = 250;

/** Milliseconds that a lease may be used on after its end where it says that no plugin would be called anyway. */
export const IDLE_LEASE_MS = 60_000;
/** Milliseconds between two fetches of the keys for one kid that is unknown: forged ones must not cost a read each. */
export const UNKNOWN_KID_PATIENCE_MS = 60_000;

/** Lifetime of a grant: at most 90 days, so that consent is asked for again. */
export const MAX_GRANT_LIFETIME_SECONDS = 90 * 24 * 3600;
/** Seconds a grant's iat may lie ahead of this clock. */
export const MAX_CLOCK_SKEW_SECONDS = 60;

/** Deliveries: attempts before a row is dead, and the delay before the second (doubled each time). */
export const MAX_DELIVERY_ATTEMPTS = 8;
export const FIRST_RETRY_DELAY_MS = 5_000;
export const MAX_RETRY_DELAY_MS = 3_600_000;
/** Continuations (`again`) of one delivery; stops a plugin from running for ever. */
export const MAX_CONTINUATIONS = 1_000;

/**
 * Failed calls of a plugin in a row that open its breaker: fewer would be one bad page, more would keep visitors
 * waiting for time limits.
 */
export const BREAKER_FAILURES = 5;
/** Milliseconds that a breaker is open before one call tries the plugin again; doubled with each opening in a row. */
export const BREAKER_OPEN_MS = 30_000;
export const MAX_BREAKER_OPEN_MS = 600_000;

/** Entries of one page of the audit log. */
export const MAX_AUDIT_PAGE = 1_000;
/** Kinds of denials that an isolate gathers a site before it only counts them. */
export const MAX_GATHERED_DENIALS = 1_000;
/** Days before a grant's end at which its admin is warned; those that are its whole lifetime or longer are left out. */
export const EXPIRY_WARNING_DAYS = [14, 7, 1] as const;
/** Seconds that a sign-in token may wait to be used: it is handed on in an address, which histories keep. */
export const MAX_SIGN_IN_TOKEN_SECONDS = 600;
/** Milliseconds that a session opened by a sign-in token lasts. */
export const SIGN_IN_SESSION_MS = 3_600_000;
/** Milliseconds a release must be old before an update without a person's consent may put it live. */
export const AUTO_UPDATE_AGE_MS = 86_400_000;
/** Bytes of a plugin's settings as JSON: they go along with each call. */
export const MAX_SETTINGS_BYTES = 16 * KIB;
