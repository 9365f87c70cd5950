#!/usr/bin/env node
// Starts the `emgate` command on a Node.js that runs TypeScript by itself, or on the project's own one.
// Never does a command's work: that begins in main.ts.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import * as nodeModule from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The first releases that strip types without a flag: 22.18 and 23.6. */
const SUPPORTED = "22.18";
const RESTARTED = "EMGATE_RESTARTED";
const here = fileURLToPath(new URL(".", import.meta.url));

if (stripsTypes()) await runCommand();
else restartWithOwnNode();

function stripsTypes() {
  return Boolean(process.features.typescript);
}

async function runCommand() {
  // Parsing wrangler's 15 MB takes half of a start. The cache lies in the user's own folder: one that others
  // may write to, such as /tmp, would let them put code into this process.
  nodeModule.enableCompileCache?.(
    join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "emgate", "compile"),
  );
  if (process.env[RESTARTED] && process.channel) endWithParent();
  if (here.split(/[\\/]/).includes("node_modules")) stripTypesOfPackage();
  const { main } = await import("./main.ts");
  process.exit(await main(process.argv.slice(2)));
}

/** Node.js strips no types below node_modules, so an installed emgate does it for its own files. */
function stripTypesOfPackage() {
  const root = new URL("../", import.meta.url).href;
  const warn = process.emitWarning;
  process.emitWarning = (warning, ...rest) =>
    String(warning).includes("stripTypeScriptTypes") ? undefined : warn.call(process, warning, ...rest);
  nodeModule.registerHooks({
    load(url, context, nextLoad) {
      const path = url.startsWith(root) ? url.slice(root.length) : "";
      if (!path.endsWith(".ts") || path.includes("node_modules/")) return nextLoad(url, context);
      const { source } = nextLoad(url, { ...context, format: "module" });
      const text = typeof source === "string" ? source : new TextDecoder().decode(source);
      return { format: "module", shortCircuit: true, source: nodeModule.stripTypeScriptTypes(text) };
    },
  });
}

/** A parent that was killed closes the channel; this process must not outlive it. */
function endWithParent() {
  process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));
  process.channel.unref();
}

function restartWithOwnNode() {
  const file = process.platform === "win32" ? "node.exe" : "node";
  const node = [join(here, "../node_modules/node/bin", file), join(here, "../../node/bin", file)].find(
    (path) => existsSync(path),
  );
  if (!node || process.env[RESTARTED]) {
    process.stderr.write(
      `emgate needs Node.js ${SUPPORTED} or later; this is ${process.version}.\n` +
        "Run `npm install` in the project, which brings its own Node.js, or install a newer one: https://nodejs.org\n",
    );
    process.exit(1);
  }
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...process.env, [RESTARTED]: "1" },
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => {
    if (signal) process.removeAllListeners(signal);
    if (signal) process.kill(process.pid, signal);
    else process.exit(code ?? 1);
  });
}
