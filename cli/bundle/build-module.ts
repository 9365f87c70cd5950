// Builds a plugin into one ES module with esbuild.
// Never runs the plugin's code: no esbuild plugins, no configuration from its folder, nothing is evaluated.
import { join } from "node:path";
import { build, type Message } from "esbuild";
import { EmgateError } from "../../contracts/errors.ts";

/** Messages of the bundler that a failure quotes. */
const MAX_QUOTED = 5;

export interface BuiltModule {
  readonly code: string;
  /** JSON text; its paths start at the folder. */
  readonly sourceMap: string;
}

/** The module's text and its map; `folder`, an absolute path, is where paths start. */
export async function buildModule(entryPath: string, folder: string): Promise<BuiltModule> {
  try {
    const { outputFiles } = await build({
      entryPoints: [entryPath],
      absWorkingDir: folder,
      bundle: true,
      write: false,
      outfile: join(folder, "plugin.js"),
      format: "esm",
      platform: "neutral",
      target: "es2024",
      mainFields: ["module", "main"],
      conditions: ["worker", "browser"],
      define: { "process.env.NODE_ENV": '"production"' },
      charset: "utf8",
      treeShaking: true,
      // Beside the module and not named in it: the bytes that are signed are the code alone.
      sourcemap: "external",
      // A tsconfig.json beside the plugin could map names to files elsewhere; none is read.
      tsconfigRaw: {},
      logLevel: "silent",
    });
    const textOf = (end: string) => outputFiles.find(({ path }) => path.endsWith(end))?.text ?? "";
    return { code: textOf(".js"), sourceMap: textOf(".js.map") };
  } catch (thrown) {
    throw describeBuildFailure(thrown, entryPath);
  }
}

function describeBuildFailure(cause: unknown, entryPath: string): EmgateError {
  const messages = messagesOf(cause);
  if (messages.length === 0) {
    return new EmgateError("INTERNAL", `${entryPath} could not be built`, { cause });
  }
  const lines = messages.slice(0, MAX_QUOTED).map(describeMessage);
  if (messages.length > MAX_QUOTED) lines.push(`and ${messages.length - MAX_QUOTED} more`);
  return new EmgateError("INVALID_ARGUMENT", lines.join("\n"), {
    cause,
    details: {
      errors: messages.map(({ text, location }) => ({
        text,
        file: location?.file ?? null,
        line: location?.line ?? null,
        column: location ? location.column + 1 : null,
      })),
    },
  });
}

function messagesOf(cause: unknown): readonly Message[] {
  const isFailure = typeof cause === "object" && cause !== null && "errors" in cause;
  // esbuild's BuildFailure: `errors` is its list of messages.
  return isFailure && Array.isArray(cause.errors) ? (cause.errors as Message[]) : [];
}

function describeMessage({ text, location }: Message): string {
  const missing = /^Could not resolve "(.+)"$/.exec(text)?.[1];
  const said = missing === undefined ? text : describeMissing(missing);
  return location ? `${location.file}:${location.line}:${location.column + 1}: ${said}` : said;
}

function describeMissing(name: string): string {
  return `import "${name}" cannot be bundled: a plugin has its own files and npm packages, no modules of Node.js or the runtime`;
}
