// Parses what core sends: the hook's name, and its event by the hook's schema and within its size.
// Whatever is wrong here is core's mistake and is told to core; no plugin sees any of it.
import { EmgateError, parseOrThrow } from "../../contracts/errors.ts";
import { eventSchemaOf, HOOKS, type HookName } from "../../contracts/hooks.ts";
import { measureData } from "../../contracts/json.ts";
import { MAX_EVENT_CHARS } from "../../contracts/limits.ts";

/** The hook's name, or HOOK_UNKNOWN naming those there are. */
export function parseHookName(name: string): HookName {
  const hook = HOOKS.find((known) => known === name);
  if (hook !== undefined) return hook;
  throw new EmgateError("HOOK_UNKNOWN", `expected one of the hooks ${HOOKS.join(", ")}`);
}

/** The event with its defaults. @throws INVALID_ARGUMENT naming the field, PAYLOAD_TOO_LARGE */
export function parseEvent(hook: HookName, input: unknown): unknown {
  const event: unknown = parseOrThrow(eventSchemaOf(hook), input, "event");
  // Every subscriber gets a copy, and a delivery keeps one. The schema let plain data through and nothing else.
  if (measureData(event, MAX_EVENT_CHARS) > MAX_EVENT_CHARS) {
    throw new EmgateError(
      "PAYLOAD_TOO_LARGE",
      `event: expected at most ${MAX_EVENT_CHARS} characters of text`,
    );
  }
  return event;
}
