// From an offset in the bundle to the line that its author wrote.
// The map is the author's word: it says where a finding is shown, and never what is found.
import { eachMapping, originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";

/** From 1, both. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Bytes of a map; a larger one is left aside. */
const MAX_MAP_CHARS = 8 * 1_048_576;
const MAX_FILE_CHARS = 200;

export class Positions {
  readonly #name: string;
  readonly #lineStarts: number[] = [0];
  readonly #map: TraceMap | null;

  /** `sourceMap`: JSON text as esbuild writes it; one that cannot be read counts as none. */
  constructor(code: string, name: string, sourceMap?: string) {
    this.#name = name;
    for (const { index, 0: text } of code.matchAll(/\r\n|[\n\r\u2028\u2029]/g))
      this.#lineStarts.push(index + text.length);
    this.#map = sourceMap === undefined ? null : readMap(sourceMap);
  }

  positionOf(offset: number): Position {
    const index = this.#lineOf(offset);
    const column = offset - (this.#lineStarts[index] ?? 0);
    if (this.#map !== null) {
      const { source, line, column: at } = originalPositionFor(this.#map, { line: index + 1, column });
      if (source !== null) return { file: source.slice(-MAX_FILE_CHARS), line, column: at + 1 };
    }
    return { file: this.#name, line: index + 1, column: column + 1 };
  }

  /** The last line that starts at or before the offset. */
  #lineOf(offset: number): number {
    let [low, high] = [0, this.#lineStarts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function readMap(text: string): TraceMap | null {
  if (text.length > MAX_MAP_CHARS) return null;
  try {
    const map = new TraceMap(text);
    // Decoding is put off until it is asked for; a map that cannot be decoded is none.
    eachMapping(map, () => {});
    return map;
  } catch {
    return null;
  }
}
