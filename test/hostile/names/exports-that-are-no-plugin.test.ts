// A plugin's default export is not an object with hooks of its own: a class, a promise, a prototype's child.
import { expect, it } from "vitest";
import { publishWith } from "./starting.ts";

it("has no hook", async () => {
  const reports = await publishWith({
    none: "export const beforePublish = () => true;",
    null: "export default null;",
    undefined: "export default undefined;",
    "a text": "export default 'beforePublish';",
    "a function": "export default function beforePublish() { return true; }",
    "a class": "export default class { static beforePublish() { return true; } }",
    "an instance of a class":
      "class Plugin { beforePublish() { return true; } } export default new Plugin();",
    "an array": "export default [() => true];",
    "an empty object": "export default {};",
    "a hook of its prototype": "export default Object.create({ beforePublish() { return true; } });",
    "a hook of every object": "Object.prototype.beforePublish = () => true; export default {};",
    "a hook behind a symbol": "export default { [Symbol.for('beforePublish')]: () => true };",
    "a hook that is no function": "export default { beforePublish: true };",
    "a promise": "export default Promise.resolve({ beforePublish() { return true; } });",
    "a callable proxy": "export default new Proxy(function () {}, { apply: () => true });",
  });
  for (const { outcome, error } of reports) {
    expect([outcome, error?.code]).toEqual(["error", "PLUGIN_ERROR"]);
    expect(error?.message).toMatch(/^attacker(-\d+)? has no beforePublish$/);
  }
});
