// A name in SQL, whatever characters it has.
// For names that the schema tells; it does not make SQL of them that was not meant.

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
