// Stands beside the plugin's code in its isolate and calls its hooks. A convenience, never a control: plugin
// code shares this realm and can patch all of it, so nothing here holds authority or decides anything.
import { WorkerEntrypoint } from "cloudflare:workers";
import * as module from "./plugin.js";

const { hasOwn, freeze } = Object;
const LEVELS = ["debug", "info", "warn", "error"];

/** The log of the call that began last: the isolate's console goes there. */
let consoleLog = null;
for (const level of [...LEVELS, "log"]) {
  console[level] = (...values) => consoleLog?.[level === "log" ? "info" : level](...values);
}

export default class Shell extends WorkerEntrypoint {
  /** The names that the plugin answers to, for the host to compare with its manifest. */
  describe() {
    const plugin = module.default;
    return JSON.stringify(plugin !== null && typeof plugin === "object" ? Object.keys(plugin) : []);
  }

  /** Calls one hook. The answer is JSON text, which the host parses into data of its own. */
  async call(hook, data, context, stub) {
    const log = openLog(stub);
    consoleLog = log;
    try {
      const plugin = module.default;
      if (plugin === null || typeof plugin !== "object")
        return answer("missing", "the module has no default export");
      const name = hasOwn(plugin, hook) ? hook : "hook";
      if (!hasOwn(plugin, name) || typeof plugin[name] !== "function")
        return answer("missing", `no hook ${hook}`);
      const { scopes, ...visible } = context;
      const result = await plugin[name]({ data, context: freeze(visible), api: openApi(stub, scopes, log) });
      try {
        return JSON.stringify({ status: "returned", result });
      } catch (error) {
        log.error(error);
        return answer("unserialisable", "the result is not JSON");
      }
    } catch (error) {
      log.error(error);
      return describeError(error);
    } finally {
      await log.flush();
      if (consoleLog === log) consoleLog = null;
    }
  }
}

function openApi(stub, scopes, log) {
  const { pages, kv, html } = stub;
  return freeze({
    pages: freeze({ get: (id) => pages.get(id), list: (options) => pages.list(options) }),
    getPage: (id) => pages.get(id),
    kv: freeze({
      get: (key, options) => kv.get(key, options),
      getWithMetadata: (key, options) => kv.getWithMetadata(key, options),
      put: (key, value, options) => kv.put(key, value, options),
      delete: (key) => kv.delete(key),
      list: (options) => kv.list(options),
    }),
    html: freeze({
      transform: (patch) => html.transform(patch),
      apply: (text, patch) => html.apply(text, patch),
    }),
    transformHtml: (_html, patch) => html.transform(patch),
    log: freeze({ debug: log.debug, info: log.info, warn: log.warn, error: log.error }),
    can: (scope) => scopes.includes(scope),
  });
}

/** Gathers lines and sends them in batches, so that logging is synchronous and does not cost a call a line. */
function openLog(stub) {
  let lines = [];
  let timer = null;
  const send = async () => {
    timer = null;
    const batch = lines;
    lines = [];
    // Best effort: a plugin that logs past its limits or its deadline loses lines, not its result.
    if (batch.length > 0) await stub.log.write(batch).catch(() => {});
  };
  const take =
    (level) =>
    (...values) => {
      if (lines.length >= 100) return;
      lines.push({ level, message: values.map(describeValue).join(" ").slice(0, 2000) });
      timer ??= setTimeout(send, 0);
    };
  const log = {
    flush() {
      clearTimeout(timer);
      return send();
    },
  };
  for (const level of LEVELS) log[level] = take(level);
  return log;
}

function describeValue(value) {
  if (typeof value === "string") return value;
  try {
    if (value instanceof Error) return String(value.stack ?? value);
    return JSON.stringify(value) ?? String(value);
  } catch {
    return "[a value that cannot be shown]";
  }
}

function describeError(error) {
  const { code, retry } = error ?? {};
  return JSON.stringify({
    status: "threw",
    message: describeValue(error instanceof Error ? `${error.name}: ${error.message}` : error).slice(0, 1000),
    ...(typeof code === "string" && { code: code.slice(0, 64) }),
    ...(typeof retry === "boolean" && { retry }),
  });
}

function answer(status, message) {
  return JSON.stringify({ status, message });
}
