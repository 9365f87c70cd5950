// The cursor of a list: where the next page of it starts, as text that callers hand back unread.
// It carries no authority: a made-up cursor only starts the same list elsewhere.
import { z } from "zod";
import { EmgateError } from "../../contracts/errors.ts";

/** Characters; the cursor of a real list is about 60. */
const MAX_CURSOR_CHARS = 200;

const cursorSchema = z.tuple([z.string().max(40), z.number().int().min(0)]);

/** The last row that was listed: its time and its sequence number. */
export interface ListPosition {
  readonly listedAt: string;
  readonly seq: number;
}

export function formatCursor(position: ListPosition): string {
  return btoa(JSON.stringify([position.listedAt, position.seq]))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}

/** @throws INVALID_ARGUMENT when the text is not a cursor that a list has given out */
export function parseCursor(cursor: string): ListPosition {
  if (cursor.length <= MAX_CURSOR_CHARS) {
    try {
      const decoded: unknown = JSON.parse(atob(cursor.replaceAll("-", "+").replaceAll("_", "/")));
      const parsed = cursorSchema.safeParse(decoded);
      if (parsed.success) return { listedAt: parsed.data[0], seq: parsed.data[1] };
    } catch {
      // Neither base64 nor JSON: the same refusal as any other wrong cursor.
    }
  }
  throw new EmgateError("INVALID_ARGUMENT", "cursor: expected the cursor of an earlier answer, unchanged", {
    details: { path: "cursor" },
  });
}
