// Holds what one invocation was asked, answered and came to, by reference, until it is written.
// It never copies within the call, never holds more than a recording may, and shows a plugin nothing of itself.
import type { CallRecorder, RecordableCall } from "../../contracts/capability.ts";
import { PermissionDenied, toWireError } from "../../contracts/errors.ts";
import type { HookContext } from "../../contracts/invocation.ts";
import type { RecordedError } from "../../contracts/journal.ts";
import { measureData } from "../../contracts/json.ts";
import { MAX_RECORDING_BYTES } from "../../contracts/limits.ts";
import type { CallOutcome, OutcomeError } from "../../contracts/outcome.ts";
import type { PluginCall } from "./runtime.ts";

export type HeldCall = RecordableCall & ({ readonly answer: unknown } | { readonly error: RecordedError });

/** A call that has ended, as it is held until it is written: nothing of it has been copied or looked at. */
export interface HeldRecording {
  readonly call: Pick<PluginCall, "site" | "plugin" | "hook" | "invocationId">;
  readonly version: string;
  readonly context: HookContext;
  readonly event: unknown;
  readonly calls: readonly HeldCall[];
  readonly outcome: CallOutcome;
  readonly result: unknown;
  readonly error: OutcomeError | null;
  readonly startedAtMs: number;
  readonly ms: number;
  readonly isTruncated: boolean;
  /** What it holds, as `measureData` counts. */
  readonly size: number;
}

type Ending = Omit<HeldRecording, "calls" | "isTruncated" | "size">;

export class Recorder implements CallRecorder {
  #calls: HeldCall[] = [];
  #size = 0;
  #isTruncated = false;

  noteAnswer(call: RecordableCall, answer: unknown): void {
    this.#note({ ...call, answer });
  }

  noteError(call: RecordableCall, error: unknown): void {
    const { code, message } = toWireError(error);
    const name = error instanceof Error ? error.name : "Error";
    const scope = error instanceof PermissionDenied ? { scope: error.scope } : {};
    this.#note({ ...call, error: { name, code, message, ...scope } });
  }

  /** What was held; one that is too large lets go of its answers, and of its event where that alone is. */
  end(ending: Ending): HeldRecording {
    const { event, result } = ending;
    const eventSize = measureData(event, MAX_RECORDING_BYTES);
    const size = this.#size + eventSize + measureData(result, MAX_RECORDING_BYTES);
    const calls = this.#calls;
    // Calls that are still on their way end after this, and are none of the recording's.
    this.#calls = [];
    if (!this.#isTruncated && size <= MAX_RECORDING_BYTES) {
      return { ...ending, calls, isTruncated: false, size };
    }
    const fits = eventSize <= MAX_RECORDING_BYTES;
    return {
      ...ending,
      event: fits ? event : null,
      calls: [],
      result: null,
      isTruncated: true,
      size: fits ? eventSize : 0,
    };
  }

  #note(call: HeldCall): void {
    if (this.#isTruncated) return;
    const room = MAX_RECORDING_BYTES - this.#size;
    const size = measureData(call, room);
    this.#size += size;
    if (size <= room) this.#calls.push(call);
    else {
      this.#isTruncated = true;
      this.#calls = [];
    }
  }
}
