// Remembers what the demo has set up, so that a later start repairs a half-done one and leaves the rest alone.
// Never the truth about the server: what is installed or granted, only the server says.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { writePrivateJson } from "../files/write-private.ts";

const MARKER_FILE = "demo.json";

const markerSchema = z.object({
  seeded: z.boolean().default(false),
  /** Plugins that were installed once; one that an admin removed does not come back. */
  installed: z.array(z.string()).default([]),
  /** Plugins that were granted once; what an admin revoked stays revoked. */
  granted: z.array(z.string()).default([]),
  /** The version that the demo brought last; where another one runs, an admin chose it. */
  versions: z.record(z.string(), z.string()).default({}),
  /** Plugins whose update was begun. */
  updating: z.array(z.string()).default([]),
});
export type DemoMarker = z.infer<typeof markerSchema>;

/** The marker of a state folder; an unreadable one counts as nothing done, which is safe to repeat. */
export function readDemoMarker(stateDir: string): DemoMarker {
  try {
    return markerSchema.parse(JSON.parse(readFileSync(join(stateDir, MARKER_FILE), "utf8")));
  } catch {
    return markerSchema.parse({});
  }
}

export function writeDemoMarker(stateDir: string, marker: DemoMarker): void {
  writePrivateJson(join(stateDir, MARKER_FILE), marker);
}
