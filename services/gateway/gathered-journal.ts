// What this isolate has gathered of one site's plugins and not written yet: lines, traces, recordings.
// Each is bounded by plugin: one that floods its log loses its own lines, and none of its neighbours'.
import type { PluginMethod } from "../../contracts/hooks.ts";
import type { CallRef, JournalBatch, NewLine, NewTrace } from "../../contracts/journal.ts";
import {
  LOG_LINE_CHARS,
  MAX_GATHERED_LOG_CHARS,
  MAX_GATHERED_RECORDING_SIZE,
  MAX_GATHERED_RECORDINGS,
  MAX_GATHERED_SITE_LOG_CHARS,
  MAX_GATHERED_TRACES,
} from "../../contracts/limits.ts";
import type { LogLine } from "../../contracts/outcome.ts";
import { encodeRecording, type HeldRecording, type TracedInvocation } from "../hooks/index.ts";

/** Whose lines they are. `hook` is null where a bound Worker wrote them. */
export interface LineSource extends Pick<CallRef, "plugin" | "version" | "invocationId"> {
  readonly hook: PluginMethod | null;
}

interface PluginPart {
  readonly lines: NewLine[];
  chars: number;
  hasDropped: boolean;
  readonly well: Newest<TracedInvocation>;
  readonly ill: Newest<TracedInvocation>;
  readonly recordings: HeldRecording[];
}

export class GatheredJournal {
  readonly #parts = new Map<string, PluginPart>();
  #chars = 0;
  #recordingSize = 0;

  addLines({ plugin, version, hook, invocationId }: LineSource, lines: readonly LogLine[]): void {
    const part = this.#partOf(plugin);
    for (const { level, message, at, stray } of lines) {
      const chars = message.length + LOG_LINE_CHARS;
      if (part.chars + chars > MAX_GATHERED_LOG_CHARS || this.#chars + chars > MAX_GATHERED_SITE_LOG_CHARS) {
        part.hasDropped = true;
        return;
      }
      part.chars += chars;
      this.#chars += chars;
      const of = stray === true ? { hook: null, invocationId: null } : { hook, invocationId };
      part.lines.push({ plugin, version, ...of, level, message, at });
    }
  }

  addTrace(trace: TracedInvocation): void {
    const { well, ill } = this.#partOf(trace.plugin);
    (trace.outcome === "ok" ? well : ill).add(trace);
  }

  hasRoomForRecording(plugin: string): boolean {
    if (this.#recordingSize >= MAX_GATHERED_RECORDING_SIZE) return false;
    return (this.#parts.get(plugin)?.recordings.length ?? 0) < MAX_GATHERED_RECORDINGS;
  }

  addRecording(recording: HeldRecording): void {
    const { plugin } = recording.call;
    if (!this.hasRoomForRecording(plugin)) return;
    this.#recordingSize += recording.size;
    this.#partOf(plugin).recordings.push(recording);
  }

  /** All of it, as it is written; recordings are put into words only here. */
  toBatch(): JournalBatch {
    const parts = [...this.#parts];
    const byTime = (a: { at: string }, b: { at: string }) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0);
    return {
      lines: parts.flatMap(([, { lines }]) => lines).sort(byTime),
      dropped: parts.filter(([, { hasDropped }]) => hasDropped).map(([plugin]) => plugin),
      traces: parts
        .flatMap(([, { well, ill }]) => [...well.list(), ...ill.list()])
        .sort((a, b) => a.startedAtMs - b.startedAtMs)
        .map(describeTrace),
      recordings: parts.flatMap(([, { recordings }]) => recordings.map(encodeRecording)).sort(byTime),
    };
  }

  #partOf(plugin: string): PluginPart {
    const known = this.#parts.get(plugin);
    if (known !== undefined) return known;
    const [well, ill] = [
      new Newest<TracedInvocation>(MAX_GATHERED_TRACES),
      new Newest<TracedInvocation>(MAX_GATHERED_TRACES),
    ];
    const part: PluginPart = { lines: [], chars: 0, hasDropped: false, well, ill, recordings: [] };
    this.#parts.set(plugin, part);
    return part;
  }
}

/** The newest of what is added, at most `max`, in the order in which they came. */
class Newest<T> {
  readonly #max: number;
  readonly #items: T[] = [];
  #next = 0;

  constructor(max: number) {
    this.#max = max;
  }

  add(item: T): void {
    this.#items[this.#next] = item;
    this.#next = (this.#next + 1) % this.#max;
  }

  list(): T[] {
    return [...this.#items.slice(this.#next), ...this.#items.slice(0, this.#next)];
  }
}

function describeTrace({ startedAtMs, ...trace }: TracedInvocation): NewTrace {
  return { ...trace, startedAt: new Date(startedAtMs).toISOString() };
}
