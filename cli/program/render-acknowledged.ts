// An acknowledged change of a plugin in words, for `disable`, `enable` and `uninstall`.
// Pure: it gets cleaned text and hands back text.
import type { Acknowledged } from "../../contracts/rpc.ts";
import type { Paint } from "./io.ts";

/** «disabled seo-check on demo; drained in 810 ms», or that it was so already. */
export function renderAcknowledged(
  { plugin, changed, drainedMs }: Acknowledged,
  site: string,
  done: string,
  paint: Paint,
): string {
  if (!changed) return `${plugin} on ${site} was ${done} already`;
  // What gives something back has nothing to wait for.
  const drained = drainedMs === 0 ? "" : `; drained in ${drainedMs} ms`;
  return `${paint("green", done)} ${plugin} on ${site}${drained}`;
}
