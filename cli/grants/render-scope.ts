// A granted scope with its caveats, as it is written on one line.
// Pure: it gets cleaned text and hands back text.

/** What a server says was granted; a newer one may know scopes and caveats that this command does not. */
interface GrantedScope {
  readonly scope: string;
  readonly caveats: Readonly<Record<string, unknown>>;
}

/** `read:pages(collections=posts fields=title,excerpt)`. */
export function renderScope({ scope, caveats }: GrantedScope): string {
  const narrowed = Object.entries(caveats).map(([name, value]) => `${name}=${String(value)}`);
  return narrowed.length === 0 ? scope : `${scope}(${narrowed.join(" ")})`;
}
