// Stands beside the plugin's code in its isolate and calls its hooks. A convenience, never a control: plugin
// code shares this realm and can patch all of it, so nothing here holds authority or decides anything.
import { WorkerEntrypoint } from "cloudflare:workers";
import { openLog } from "./console.js";
import * as module from "./plugin.js";

const { hasOwn } = Object;

export default class Shell extends WorkerEntrypoint {
  /** Calls one hook. The answer is JSON text, which the host parses into data of its own. */
  async call(hook, data, context, stub) {
    const log = openLog(stub);
    try {
      const plugin = module.default;
      if (plugin === null || typeof plugin !== "object") return answer("missing");
      const isMove = hook === "migrate";
      const name = isMove || hasOwn(plugin, hook) ? hook : "hook";
      if (!hasOwn(plugin, name) || typeof plugin[name] !== "function") return answer("missing");
      const { scopes, missing, ...visible } = context;
      const api = openApi(stub, scopes, log);
      for (const path of missing ?? []) removeMember(api, path);
      const from = isMove ? openFormer(stub, data.version, missing ?? []) : null;
      const result = await plugin[name](
        isMove ? { from, context: visible, api } : { data, context: visible, api },
      );
      try {
        return JSON.stringify({ status: "returned", result });
      } catch (error) {
        log.error(error);
        return answer("unserialisable");
      }
    } catch (error) {
      log.error(error);
      return describeError(error);
    } finally {
      if (log.isWaiting()) await log.flush();
      log.close();
    }
  }
}

/** The families are reached through the stub when they are used: a call that uses none costs nothing. */
function openApi(stub, scopes, log) {
  return {
    pages: { get: (id) => stub.pages.get(id), list: (options) => stub.pages.list(options) },
    getPage: (id) => stub.pages.get(id),
    kv: {
      get: (key, options) => stub.kv.get(key, options),
      getWithMetadata: (key, options) => stub.kv.getWithMetadata(key, options),
      put: (key, value, options) => stub.kv.put(key, value, options),
      delete: (key) => stub.kv.delete(key),
      list: (options) => stub.kv.list(options),
    },
    db: openDatabase(() => stub.db),
    html: {
      transform: (patch) => stub.html.transform(patch),
      apply: (text, patch) => stub.html.apply(text, patch),
    },
    transformHtml: (_html, patch) => stub.html.transform(patch),
    log: { debug: log.debug, info: log.info, warn: log.warn, error: log.error },
    can: (scope) => scopes.includes(scope),
  };
}

/** What the version before had kept, to read; what hangs on a scope that was left out is left out here too. */
function openFormer(stub, version, missing) {
  const { exec: _exec, ...db } = openDatabase(() => stub.fromDb);
  const kv = {
    get: (key, options) => stub.fromKv.get(key, options),
    getWithMetadata: (key, options) => stub.fromKv.getWithMetadata(key, options),
    list: (options) => stub.fromKv.list(options),
  };
  return {
    version,
    ...(!missing.includes("kv.get") && { kv }),
    ...(!missing.includes("db") && { db }),
  };
}

/** D1's API: statements are built here and cross as plain data when they are run. */
function openDatabase(family) {
  const sent = new WeakMap();
  const build = (sql, params) => {
    const data = { sql, params };
    const statement = {
      bind: (...values) => build(sql, values.map(bindValue)),
      first: (column) => askDatabase(() => family().first(data, column)),
      all: () => askDatabase(() => family().all(data)),
      run: () => askDatabase(() => family().run(data)),
      raw: (options) => askDatabase(() => family().raw(data, options)),
    };
    sent.set(statement, data);
    return statement;
  };
  return {
    prepare: (sql) => build(sql, []),
    batch: (statements) => askDatabase(() => family().batch(statements.map((one) => sent.get(one)))),
    exec: (sql) => askDatabase(() => family().exec(sql)),
  };
}

/** As D1's own `bind` does it, at once; bytes are copied, since they may change before they are sent. */
function bindValue(value) {
  const type = typeof value;
  if (type === "number" || type === "string" || value === null) return value;
  if (type === "boolean") return value ? 1 : 0;
  if (Array.isArray(value) && value.every((b) => typeof b === "number" && b >= 0 && b < 256)) {
    return Uint8Array.from(value);
  }
  if (value instanceof ArrayBuffer) return new Uint8Array(value).slice();
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice();
  }
  throw sqlError(`D1_TYPE_ERROR: Type '${type}' not supported for value '${value}'`);
}

/** D1's errors have their text again as a cause; nothing but text crosses. */
async function askDatabase(ask) {
  try {
    return await ask();
  } catch (error) {
    throw /^D1_[A-Z_]+: /.test(error.message) ? sqlError(error.message) : error;
  }
}

function sqlError(message) {
  return new Error(message, { cause: new Error(message.slice(message.indexOf(": ") + 2)) });
}

function removeMember(api, path) {
  const [family, member] = path.split(".");
  if (member === undefined) delete api[family];
  else if (api[family]) delete api[family][member];
}

/** Of an error only what the host may act on; its text went into the log. */
function describeError(error) {
  try {
    const { code, retry } = error ?? {};
    return JSON.stringify({
      status: "threw",
      ...(typeof code === "string" && { code: code.slice(0, 64) }),
      ...(typeof retry === "boolean" && { retry }),
    });
  } catch {
    // A getter that throws: an error like any other, with nothing to act on.
    return answer("threw");
  }
}

function answer(status) {
  return JSON.stringify({ status });
}
