// Writes the tables of docs/permissions.md from contracts/. Run: npm run docs
// The text around the tables is written by hand; nothing between the two marks is.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { CAVEATS, type CaveatName } from "../../contracts/caveats.ts";
import { consentText, riskyPairs, SCOPES, scopeTable } from "../../contracts/scopes.ts";

const FILE = path.join(import.meta.dirname, "../../docs/permissions.md");
const START = "<!-- Generated from contracts/scopes.ts and contracts/caveats.ts by `npm run docs`. -->";
const END = "<!-- End of the generated part. -->";

/** What an admin writes for each caveat, and what makes it narrower. */
const caveatWords: Readonly<Record<CaveatName, { readonly value: string; readonly narrower: string }>> = {
  collections: { value: "a set of collections' slugs", narrower: "a subset" },
  fields: {
    value:
      "a set of names: title, excerpt, image, authors, terms, publishedAt, updatedAt, html, or entries of `fields`",
    narrower: "a subset",
  },
  locales: { value: "a set of language tags", narrower: "a subset" },
  keyPrefix: { value: "what the plugin's own keys must start with", narrower: "a longer prefix" },
  maxBytes: {
    value: "bytes kept in all: keys, values and metadata, or the size of the database",
    narrower: "fewer",
  },
  elements: { value: "a set of elements that a patch may insert or touch", narrower: "a subset" },
  paths: {
    value: "prefixes of whole segments: `/blog` covers `/blog/a`, not `/blogger`",
    narrower: "longer prefixes",
  },
  rate: { value: "runs in any 60 seconds, such as `10/60s`", narrower: "fewer" },
};

/** The page with its tables as the contracts have them now. */
export function renderPermissionsDoc(page: string): string {
  const [before, rest = ""] = page.split(START);
  const [, after] = rest.split(END);
  if (before === undefined || after === undefined) {
    throw new Error(`docs/permissions.md: expected the marks ${START} and ${END}`);
  }
  return `${before}${START}\n\n${renderTables()}\n\n${END}${after}`;
}

export function readPermissionsDoc(): string {
  return readFileSync(FILE, "utf8");
}

function renderTables(): string {
  const scopes = SCOPES.map((scope) => {
    const { capability, risk, caveats } = scopeTable[scope];
    const sentence = consentText(scope, {})
      .replace(/^This plugin can /, "")
      .replace(/\.$/, "");
    return `| \`${scope}\` | ${capability === null ? "—" : `\`${capability}\``} | ${risk} | ${code(caveats)} | ${sentence} |`;
  });
  const caveats = CAVEATS.map((name) => {
    const takers = SCOPES.filter((scope) => scopeTable[scope].caveats.some((taken) => taken === name));
    const { value, narrower } = caveatWords[name];
    return `| \`${name}\` | ${value} | ${narrower} | ${code(takers)} |`;
  });
  const pairs = riskyPairs.map(({ outlet, why }) => `- \`${outlet}\` is shown a level higher: ${why}.`);
  return [
    "| scope | capability | risk | caveats it takes | «This plugin can …» |\n|---|---|---|---|---|",
    scopes.join("\n"),
    "\nA caveat narrows a scope:\n",
    "| caveat | value | narrower means | taken by |\n|---|---|---|---|",
    caveats.join("\n"),
    "\nScopes that are worse together raise the risk that an admin is shown:\n",
    pairs.join("\n"),
  ].join("\n");
}

function code(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}

if (import.meta.main) writeFileSync(FILE, renderPermissionsDoc(readPermissionsDoc()));
