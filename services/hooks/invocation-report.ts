// What came of one plugin's call, before it is merged with the others'.
// Types only.
import type { Dropped } from "../../contracts/html-patch.ts";
import type { LogLine, TracedCall } from "../../contracts/outcome.ts";
import type { Judgement } from "./judge-answer.ts";

/** What came of one plugin's call. Plain data: it crosses back from an I/O context of its own. */
export interface InvocationReport extends Judgement {
  readonly plugin: string;
  readonly version: string;
  /** The parsed result when the outcome is ok, else null. */
  readonly result: unknown;
  /** Milliseconds since the epoch; absent where it was not run. */
  readonly startedAtMs?: number;
  readonly ms: number;
  readonly calls: readonly TracedCall[];
  readonly logs: readonly LogLine[];
  /** What `api.html.transform` dropped from patches of this call. */
  readonly dropped?: readonly Dropped[];
  /** Of a call that the plugin's breaker held back: when it may be tried again, in milliseconds since the epoch. */
  readonly retryAtMs?: number;
}
