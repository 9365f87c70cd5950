// A regular expression whose words another text takes the place of: as it stands it is never run. Seen in marked 18.2.1.

/** What the templates of marked begin with; the word in them is `brackets`. */
const START = "(?:[^\\[\\]\\\\`]*(?:\\[(?:brackets|";

export function isMarkedTemplate(pattern: string): boolean {
  return pattern.startsWith(START);
}
