// Tables that look like noise and are data, by how they begin. Seen in entities 8.1.0 and 9.0.0, in htmlparser2 12.0.0.

/** The tree of HTML's named characters. */
const STARTS: readonly string[] = ["!}.&u%}'&}*'~!6*)%&,~!J~!J~%L~y<~!R,~~%Lu~~#GD~~#|)1#%}^%}2"];

export function isKnownTable(text: string): boolean {
  return STARTS.some((start) => text.startsWith(start));
}
