// Turns `--caveat "read:pages collections=posts"` into caveats; what it refuses is wrong usage (exit status 64).
// Pure: whether the plugin declares the scope at all is the server's to say.
import { InvalidArgumentError } from "commander";
import { type CaveatName, type Caveats, caveatsSchema } from "../../contracts/caveats.ts";
import { type Scope, scopeSchema, scopeTable } from "../../contracts/scopes.ts";
import { parseSetting } from "./parse-options.ts";

/** Caveats by scope, as `--caveat` collects them. */
export type CaveatsByScope = Partial<Record<Scope, Caveats>>;

/** How a caveat is written. A caveat without a row does not compile. */
interface CaveatForm {
  read(text: string): unknown;
  readonly example: string;
}

const caveatForms: Readonly<Record<CaveatName, CaveatForm>> = {
  collections: { read: readSet, example: "collections=posts,pages" },
  fields: { read: readSet, example: "fields=title,excerpt" },
  locales: { read: readSet, example: "locales=en,pt-BR" },
  keyPrefix: { read: readText, example: "keyPrefix=checked/" },
  maxBytes: { read: readInteger, example: "maxBytes=1048576" },
  elements: { read: readSet, example: "elements=p,em,strong" },
  paths: { read: readSet, example: "paths=/blog,/about" },
  rate: { read: readText, example: "rate=10/60s" },
};

/** Collects `read:pages collections=posts,pages fields=title`; a second one for the same scope adds to it. */
export function collectCaveat(text: string, previous: CaveatsByScope = {}): CaveatsByScope {
  const parts = /^(?<name>\S+)\s+(?<settings>.+)$/s.exec(text.trim())?.groups;
  const scope = scopeSchema.safeParse(parts?.name);
  if (!scope.success || parts?.settings === undefined) {
    throw new InvalidArgumentError('expected a scope and its caveats: "read:pages collections=posts,pages"');
  }
  const given = splitCaveats(parts.settings).map((setting) => parseCaveat(scope.data, setting));
  return { ...previous, [scope.data]: Object.assign({}, previous[scope.data], ...given) };
}

/** Only before the next `name=` does a caveat end: a key prefix may hold spaces and commas. */
function splitCaveats(text: string): readonly string[] {
  return text.split(/\s+(?=[A-Za-z]+=)/);
}

function parseCaveat(scope: Scope, setting: string): Caveats {
  const [name, text] = parseSetting(setting);
  const taken: readonly CaveatName[] = scopeTable[scope].caveats;
  const known = taken.find((caveat) => caveat === name);
  if (known === undefined) {
    throw new InvalidArgumentError(
      `${scope} does not take ${name}; it takes ${taken.join(", ") || "no caveat"}`,
    );
  }
  const { read, example } = caveatForms[known];
  const parsed = caveatsSchema.safeParse({ [known]: read(text) });
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError(`expected ${example} or the like, not ${setting}`);
}

function readSet(text: string): readonly string[] {
  return text.split(",").map((item) => item.trim());
}

function readText(text: string): string {
  return text;
}

/** Digits alone: 10kB could be 10,000 or 10,240. */
function readInteger(text: string): unknown {
  return /^\d{1,16}$/.test(text) ? Number(text) : text;
}
