// A granted scope with its caveats, as it is written on one line.
// Pure: it gets cleaned text and hands back text.
import type { GrantStatus } from "../../contracts/rpc.ts";

/** `read:pages(collections=posts fields=title,excerpt)`. */
export function renderScope({ scope, caveats }: GrantStatus["authorization"][number]): string {
  const narrowed = Object.entries(caveats).map(([name, value]) => `${name}=${String(value)}`);
  return narrowed.length === 0 ? scope : `${scope}(${narrowed.join(" ")})`;
}
