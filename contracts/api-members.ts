// What hangs on each capability scope in `api`, as the authors' types have it.
// One list for the shell's leaving out, the check of a bundle and the reference.
import type { Scope } from "./scopes.ts";

export const membersOf: Partial<Record<Scope, readonly string[]>> = {
  "read:pages": ["pages", "getPage"],
  "read:kv": ["kv.get", "kv.getWithMetadata", "kv.list"],
  "write:kv": ["kv.put", "kv.delete"],
  "use:db": ["db"],
  "transform:html": ["html", "transformHtml"],
};
