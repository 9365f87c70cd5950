// Takes the isolate's console before the plugin's module runs, and hears of errors that nobody catches.
// A convenience, never a control: plugin code shares this realm, and what it keeps from here only it misses.
const LEVELS = ["debug", "info", "warn", "error"];
/** Under which level a line of the console's other methods goes; those that are not named print nothing. */
const SHOWN = { log: "info", dir: "info", table: "info", trace: "debug" };
/** Lines sent at once, and of them lines that wait for the next call; a loop that logs without pause loses the rest. */
const MAX_BATCH = 100;
const MAX_STRAYS = 50;
const DROPPED = { level: "warn", message: "further lines were dropped" };
const MAX_CHARS = 2000;
/** The runtime's words where a call uses what another one was given. */
const OTHER_CALL = "on behalf of a different request";

/** The log of the call that began last: the isolate's console goes there. */
let open = null;
/** Printed outside of a call: nobody can take them before the next one. */
let strays = [];

for (const name of Object.keys(console)) {
  const level = LEVELS.includes(name) ? name : SHOWN[name];
  if (typeof console[name] === "function") {
    console[name] = (...values) => void (level && print(level, values));
  }
}
addEventListener("unhandledrejection", ({ reason }) => print("error", ["Uncaught (in promise)", reason]));
addEventListener("error", ({ error, message }) => print("error", ["Uncaught", error ?? message]));
// What a timer's function throws ends its context without an event.
for (const name of ["setTimeout", "setInterval"]) {
  const start = globalThis[name];
  globalThis[name] = (run, ...rest) => start(typeof run === "function" ? telling(run) : run, ...rest);
}

/**
 * The log of a call, which gathers lines and sends them in batches, so that logging is synchronous and does not cost
 * a call a line. Once it is closed its lines wait for the next call.
 */
export function openLog(stub) {
  let lines = strays;
  strays = [];
  let timer = null;
  let closed = false;
  /** Batches on their way, one after another: a call must not end before its lines are there. */
  let unsent = 0;
  let sent = Promise.resolve();
  const send = () => {
    timer = null;
    const batch = lines;
    lines = [];
    if (batch.length === 0) return;
    unsent += 1;
    sent = sent
      .then(() => stub.log.write(batch))
      // Best effort: a plugin that logs past its limits or its deadline loses lines, not its result. But another call
      // of the isolate may have printed here, and what a timer of that one may not send was never sent.
      .catch((error) => {
        if (String(error?.message).includes(OTHER_CALL)) giveBack(batch);
      })
      .then(() => {
        unsent -= 1;
      });
  };
  const take =
    (level) =>
    (...values) => {
      if (closed) return stray(level, values);
      if (add(lines, MAX_BATCH, level, values)) timer ??= setTimeout(send, 0);
    };
  const log = {
    isWaiting: () => lines.length > 0 || unsent > 0,
    flush() {
      clearTimeout(timer);
      send();
      return sent;
    },
    close() {
      closed = true;
      // The usual call has nothing to give back, and pays for nothing.
      if (lines.length > 0) {
        clearTimeout(timer);
        giveBack(lines);
      }
      if (open === log) open = null;
    },
  };
  for (const level of LEVELS) log[level] = take(level);
  open = log;
  return log;
}

function telling(run) {
  return (...values) => {
    try {
      return run(...values);
    } catch (error) {
      print("error", ["Uncaught", error]);
      throw error;
    }
  };
}

function print(level, values) {
  if (open === null) stray(level, values);
  else open[level](...values);
}

function stray(level, values) {
  add(strays, MAX_STRAYS, level, values, { stray: true });
}

/** They come with the next call, and nobody can say which one they are of. */
function giveBack(lines) {
  const all = [...strays, ...lines.map((line) => ({ ...line, stray: true }))];
  strays = all.length > MAX_STRAYS ? [...all.slice(0, MAX_STRAYS), { ...DROPPED, stray: true }] : all;
}

/** False where the line was dropped. */
function add(lines, max, level, values, mark) {
  if (lines.length > max) return false;
  const line =
    lines.length === max
      ? DROPPED
      : { level, message: values.map(describeValue).join(" ").slice(0, MAX_CHARS) };
  lines.push({ ...line, ...mark });
  return true;
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
