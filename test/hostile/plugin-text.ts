// Text that attacking plugins are made of: how they try things and tell of them.
// It runs in their isolates only.
import { STEAL } from "./stolen-stub.ts";

/**
 * `attempt(call)` answers what came of a call as a text: `got …`, or the error's code or name and its message.
 * `tell({ name: text })` is a gate's answer that reports each text.
 */
export const ATTEMPT = `
const attempt = async (call) => {
  try {
    const value = await call();
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return "got " + String(text ?? value).slice(0, 300);
  } catch (error) {
    return String(error?.code ?? error?.name) + ": " + String(error?.message ?? error).slice(0, 300);
  }
};
const tell = (texts) => ({
  allow: true,
  issues: Object.entries(texts).map(([field, message]) => ({ severity: "info", field, message: String(message) })),
});
const attemptAll = async (calls) => {
  const texts = {};
  for (const [name, call] of Object.entries(calls)) texts[name] = await attempt(call);
  return texts;
};
`;

/** A plugin's methods, with all of the above and `steal(api)` at hand. */
export function pluginOf(methods: string, prelude = ""): string {
  return `${STEAL}${ATTEMPT}${prelude} export default { ${methods} };`;
}

/** A gate that tries each expression and tells what it answered; a hook's own arguments are at hand. */
export function trying(expressions: Readonly<Record<string, string>>, prelude = ""): string {
  return pluginOf(
    `async beforePublish({ data, context, api }) { return tell(await attemptAll(${callsOf(expressions)})); }`,
    prelude,
  );
}

/** The same while its module starts; the gate tells of it later. */
export function tryingAtStart(expressions: Readonly<Record<string, string>>): string {
  return pluginOf(
    "async beforePublish() { return tell(answers); }",
    `const answers = await attemptAll(${callsOf(expressions)});`,
  );
}

function callsOf(expressions: Readonly<Record<string, string>>): string {
  const calls = Object.entries(expressions).map(
    ([name, text]) => `${JSON.stringify(name)}: async () => ${text}`,
  );
  return `{ ${calls.join(",\n")} }`;
}
