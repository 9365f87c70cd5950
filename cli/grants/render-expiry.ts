// What a person should do about a grant that ends soon, for `grants` and `plugins`.
// Pure; when a warning is due is the server's to say.
export interface Expiring {
  readonly plugin: string;
  readonly expiresInDays: number | null;
}

/** A line for each whose warning is due, with the command that helps. */
export function renderExpiryWarnings(expiring: readonly Expiring[], site: string): readonly string[] {
  return expiring.flatMap(({ plugin, expiresInDays }) =>
    expiresInDays === null
      ? []
      : [`${plugin} expires ${renderDays(expiresInDays)}: emgate renew ${plugin} --site ${site}`],
  );
}

function renderDays(days: number): string {
  if (days < 1) return "within a day";
  return days < 2 ? "in 1 day" : `in ${Math.floor(days)} days`;
}
