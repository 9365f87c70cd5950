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
    for (let at = 0; at < code.length; at += 1) if (endsLine(code, at)) this.#lineStarts.push(at + 1);
    this.#map = sourceMap === undefined ? null : readMap(sourceMap);
  }

  positionOf(offset: number): Position {
    const index = this.#lineOf(offset);
    const column = offset - (this.#lineStarts[index] ?? 0);
    if (this.#map !== null) {
      const { source, line, column: at } = originalPositionFor(this.#map, { line: index + 1, column });
      // Its type says text or null; a map whose list of sources is too short has neither.
      if (typeof source === "string" && isPlace(line, at))
        return { file: showFile(source), line, column: at + 1 };
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

/** What a hostile map says may be any number. */
function isPlace(line: number, column: number): boolean {
  return Number.isSafeInteger(line) && Number.isSafeInteger(column) && line > 0 && column >= 0;
}

/** The end of the name, with nothing that a terminal obeys or nobody sees. */
function showFile(source: string): string {
  return source
    .slice(-MAX_FILE_CHARS)
    .replace(/[\p{C}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\u2028\u2029]/gu, "\ufffd");
}

/** As the language counts: a carriage return and the line feed behind it are one end. */
function endsLine(code: string, at: number): boolean {
  const unit = code.charCodeAt(at);
  if (unit === 0x0a || unit === 0x2028 || unit === 0x2029) return true;
  return unit === 0x0d && code.charCodeAt(at + 1) !== 0x0a;
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
