// The plugins of a site as a table, and below it what a person should do about them.
// Pure: it gets cleaned text and hands back text.
import type { PluginStatus } from "../../contracts/rpc.ts";
import { renderExpiryWarnings } from "../grants/render-expiry.ts";
import { formatTable } from "../program/format-table.ts";
import type { Paint } from "../program/io.ts";

export function renderPlugins(plugins: readonly PluginStatus[], site: string, paint: Paint): string {
  const table = formatTable(
    ["PLUGIN", "VERSION", "STATUS", "HOOKS", "GRANTED", "EXPIRES"],
    plugins.map(({ plugin, version, status, stopped, breaker, hooks, scopes, expiresAt }) => [
      plugin,
      version,
      [status, stopped?.code, breaker && `breaker ${breaker.state}`].filter(Boolean).join(" "),
      hooks.join(" ") || "-",
      `${scopes.granted.length} of ${scopes.asked.length} scopes`,
      expiresAt ?? "-",
    ]),
    "no plugins; `emgate install <plugin> --site S` installs one",
  );
  const notes = [
    ...plugins.flatMap((plugin) => renderHeld(plugin, site)),
    ...plugins.flatMap((plugin) => renderStatus(plugin, site)),
    ...plugins.flatMap((plugin) => renderBreaker(plugin, site)),
    ...renderExpiryWarnings(
      plugins.filter(({ status }) => status === "live"),
      site,
    ),
  ];
  return [table, ...notes.map((note) => paint("yellow", note))].join("\n");
}

/** «seo-check 1.2.0 waits for consent, asks for more: emgate grant …», for a version that is held. */
export function renderHeld({ plugin, update }: PluginStatus, site: string): readonly string[] {
  if (update === null) return [];
  const more = update.isWider ? ", asks for more" : "";
  return [`${plugin} ${update.version} waits for consent${more}: emgate grant ${plugin} --site ${site}`];
}

/** «seo-check failed 5 times in a row (PLUGIN_ERROR), …: emgate breaker reset …», while its breaker is not closed. */
function renderBreaker({ plugin, breaker }: PluginStatus, site: string): readonly string[] {
  if (breaker === null) return [];
  const { state, failures, lastError, retryAt } = breaker;
  const next = state === "open" ? `is not called until ${retryAt}` : "is tried again at its next call";
  return [
    `${plugin} failed ${failures} times in a row (${lastError}) and ${next}: emgate breaker reset ${plugin} --site ${site}`,
  ];
}

/** What to do where the plugin is not called, or its calls fail. */
function renderStatus(
  { plugin, version, status, stopped, update }: PluginStatus,
  site: string,
): readonly string[] {
  switch (status) {
    case "live":
      return [];
    case "needs-consent":
      // The held version's line names the same command.
      return update ? [] : [`${plugin} waits for consent: emgate grant ${plugin} --site ${site}`];
    case "expired":
      return [`${plugin} fails, its grant has expired: emgate renew ${plugin} --site ${site}`];
    case "invalid":
      return [`${plugin} fails, its grant is not good: emgate grant ${plugin} --site ${site}`];
    case "disabled": {
      const why = stopped ? `was switched off: in ${stopped.hook} ${stopped.reason}` : "is not called";
      return [`${plugin} ${why}: emgate enable ${plugin} --site ${site}`];
    }
    case "yanked":
      return [`${plugin} ${version} was withdrawn: emgate update ${plugin} --site ${site}`];
  }
}
