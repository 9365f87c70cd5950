// Enforces the import directions of docs/architecture.md («Layout»). Run: node test/structure/check-imports.ts
// It reads source text only; nothing of the project is loaded or run.
import { readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import path from "node:path";
import { readImports } from "./read-imports.ts";

/** An import that may not be. `rule` is the sentence of the architecture that it breaks. */
export interface Violation {
  readonly file: string;
  readonly line: number;
  readonly target: string;
  readonly rule: string;
}

/** The layers from the bottom up: a part imports those below its own layer, never one beside or above it. */
const LAYERS = [
  ["contracts"],
  ["capabilities", "services/grants", "services/admission"],
  ["services/site-state"],
  ["services/sandbox"],
  ["services/hooks"],
  ["services/storage", "services/registry", "services/marketplace", "services/core"],
  ["services/gateway"],
] as const;

/** Parts beside the layers, each with the parts that it may import. */
const CLIENTS: Readonly<Record<string, readonly string[]>> = {
  cli: ["contracts", "services/admission"],
  console: ["contracts"],
  "plugin-template": [],
  examples: [],
};

/** The package's own entries, for those who write against it from outside. */
const OWN_ENTRIES: Readonly<Record<string, readonly string[]>> = {
  "plugin-template": ["emgate/plugin", "emgate/testing"],
  examples: ["emgate/plugin", "emgate/core"],
};

/** Parts that may import anything, and that nothing else imports. */
const TOOLS = ["test", "bench"];
/** Data, not a part: those who tell people the project's version read it where it is kept. */
const VERSION_FILE = "package.json";
const VERSION_READERS = ["services/gateway", "cli", "console"];
const SOURCE_FILE = /\.(?:ts|tsx|js|mjs)$/;
const SKIPPED_FOLDERS = new Set(["node_modules", "dist", "coverage"]);
const JWT_USERS = /^services\/(?:grants\/|gateway\/authenti)/;

/** Every violation among `files` (text by path from the root, with forward slashes), in the files' order. */
export function checkImports(files: ReadonlyMap<string, string>): Violation[] {
  const violations: Violation[] = [];
  for (const [file, source] of files) {
    try {
      for (const { specifier, line } of readImports(source)) {
        const target = resolveSpecifier(file, specifier);
        const rule = isPath(specifier) ? judgePath(file, target) : judgePackage(file, target);
        if (rule !== null) violations.push({ file, line, target, rule });
      }
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      violations.push({ file, line: 1, target: "anything", rule: `cannot be read: ${error.message}` });
    }
  }
  return violations;
}

/** `file:line: A may not import B (rule)`. */
export function formatViolation({ file, line, target, rule }: Violation): string {
  return `${file}:${line}: ${partOf(file)} may not import ${target} (${rule})`;
}

function isPath(specifier: string): boolean {
  return specifier.startsWith(".") || specifier.startsWith("/");
}

function resolveSpecifier(file: string, specifier: string): string {
  const plain = specifier.replace(/[?#].*$/, "");
  return specifier.startsWith(".") ? path.posix.join(path.posix.dirname(file), plain) : plain;
}

/** The part a file belongs to: a service, an example, a folder of the root, or "" for the root's own files. */
function partOf(file: string): string {
  const [folder = "", inner = "", deeper] = file.split("/");
  if (deeper !== undefined && (folder === "services" || folder === "examples")) return `${folder}/${inner}`;
  return inner === "" ? "" : folder;
}

/** The rule that an import of a file breaks, or null. */
function judgePath(file: string, target: string): string | null {
  const from = partOf(file);
  const to = partOf(target);
  if (target.startsWith("..") || target.startsWith("/")) return "nothing outside the project";
  if (from === to) return null;
  if (TOOLS.includes(to)) return "nothing imports test/ or bench/";
  if (TOOLS.includes(from) || from === "") return null;
  if (target === VERSION_FILE && VERSION_READERS.includes(from)) return null;
  if (from.startsWith("examples/")) return "examples import only emgate/plugin or emgate/core";

  const allowed = CLIENTS[from];
  const fromLayer = layerOf(from);
  if (allowed === undefined && fromLayer < 0) return `${from}/ has no place in the layout`;
  const isBelow = allowed?.includes(to) ?? (layerOf(to) >= 0 && layerOf(to) < fromLayer);
  if (!isBelow) {
    return allowed ? `${from} imports ${allowed.join(", ") || "no other part"}` : "imports go one way";
  }
  const isEntry = !to.startsWith("services/") || target === `${to}/index.ts`;
  return isEntry ? null : "between services, import only the other's index.ts";
}

/** The rule that an import of a package breaks, or null. */
function judgePackage(file: string, specifier: string): string | null {
  const from = partOf(file);
  const folder = file.split("/")[0] ?? "";
  const name = packageName(specifier);
  if (TOOLS.includes(from) || from === "") return null;

  const entries = OWN_ENTRIES[folder];
  if (entries !== undefined) {
    // A Worker cannot be written without its runtime's own module.
    const isRuntime = from === "examples/core-worker" && specifier === "cloudflare:workers";
    return entries.includes(specifier) || isRuntime ? null : `${folder} import only ${entries.join(" or ")}`;
  }
  if (name === "emgate") return "inside the project, import files, not the package";
  if (from === "contracts" && name !== "zod") return "contracts import zod only";
  if (from === "services/admission" && specifier.startsWith("cloudflare:")) {
    return "admission runs in the command too and imports nothing from cloudflare:*";
  }
  if ((from === "cli" || from === "console") && specifier.startsWith("cloudflare:")) {
    return `${from} does not run in a Worker`;
  }
  if (from === "console" && isBuiltin(specifier)) return "console runs in a browser";
  if (name === "jose" && !JWT_USERS.test(file)) {
    return "only services/grants and the gateway's authentication import jose";
  }
  return null;
}

function layerOf(part: string): number {
  return LAYERS.findIndex((layer) => layer.some((name) => name === part));
}

/** `zod/v4` is zod, `@scope/name/inner` is @scope/name. */
function packageName(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/** The project's source files, by path from `root`; folders with a dot in front are nobody's source. */
function readSources(root: string): Map<string, string> {
  const files = new Map<string, string>();
  const visit = (folder: string): void => {
    for (const entry of readdirSync(path.join(root, folder), { withFileTypes: true })) {
      if (entry.name.startsWith(".") || SKIPPED_FOLDERS.has(entry.name)) continue;
      const file = path.posix.join(folder, entry.name);
      if (entry.isDirectory()) visit(file);
      else if (SOURCE_FILE.test(file)) files.set(file, readFileSync(path.join(root, file), "utf8"));
    }
  };
  visit("");
  return files;
}

if (import.meta.main) {
  const files = readSources(path.resolve(import.meta.dirname, "../.."));
  const violations = checkImports(files);
  for (const violation of violations) console.error(formatViolation(violation));
  if (violations.length > 0) process.exitCode = 1;
  else console.log(`check-imports: ${files.size} files, every import goes the right way`);
}
