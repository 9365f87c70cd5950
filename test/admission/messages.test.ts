// What each rule says to an author: what was found, and what to do instead.
// One case a rule; its tricks are in the tables beside.
import { expect, it } from "vitest";
import { packedCode } from "./hostile/packed-code.ts";
import { bundleOf, check } from "./submission.ts";

const PLUGIN = "export default { async beforePublish() { return true; } };";

interface Said {
  readonly code: string;
  readonly message: string;
}

const MESSAGES: Readonly<Record<string, Said>> = {
  "no-imports": {
    code: `import x from "left-pad"; ${PLUGIN}`,
    message: 'import of "left-pad": a plugin is one module: bundle what it needs (`emgate` commands do)',
  },
  "no-code-from-text": {
    code: "new Function(data.title)();",
    message: "Function called as a constructor: write the code itself, the sandbox runs no text",
  },
  "function-constructor": {
    code: '[].constructor.constructor("return 1")();',
    message:
      "this reaches a function's constructor, which makes code out of text: say what it is for, or leave it out",
  },
  "unknown-global": {
    code: "globalThis[data.title](1);",
    message: "a name of the runtime's is made while the plugin runs and called: write the name out",
  },
  "no-changed-globals": {
    code: "Promise.prototype.then = null;",
    message: "Promise.prototype.then is changed: keep what is yours in names of your own",
  },
  "no-node-globals": {
    code: "return process.env.KEY === data.title;",
    message: "process is Node.js's: a plugin has api, context and the web's own names",
  },
  "no-direct-network": {
    code: "await fetch(data.url);",
    message: "fetch reaches nothing in the sandbox: use api.fetch, with the scope fetch:network",
  },
  "top-level": { code: `await 1; ${PLUGIN}`, message: "await at the top level: wait inside a hook" },
  "exported-shape": {
    code: "export default { beforeUnpublish() {} };",
    message:
      "beforeUnpublish is no key of a plugin: expected beforePublish, afterPublish, renderHtml, onSearch, onSchedule, hook or migrate",
  },
  "hidden-text": {
    code: "/* \u202e */ return true;",
    message: "U+202E, which nobody sees, is in the code: take it out, or write it as an escape in a string",
  },
  "regular-expression": {
    code: "return /^(a+)+$/.test(data.title);",
    message:
      "/^(a+)+$/ can take exponential time on text that does not match: write it without a repeat within a repeat",
  },
  "endless-loop": {
    code: "while (true) {}",
    message: "nothing ends this loop: give it a condition, or a `break`",
  },
  "packed-code": {
    code: packedCode.review?.["base64 in a text"] ?? "",
    message: "4096 characters that look like packed code: say what they are, or fetch them",
  },
  scopes: {
    code: 'await api.kv.put("a", "b");',
    message: 'this needs write:kv, which the manifest does not declare: add it to "scopes", with a reason',
  },
  "source-map-comment": {
    code: `${PLUGIN}\n//# sourceMappingURL=plugin.js.map`,
    message: "sourceMappingURL is not followed: nothing is served from it",
  },
  syntax: { code: "with (data) { title; }", message: "not an ES module: 'with' in strict mode" },
  size: {
    code: `${";".repeat(500_000)}${PLUGIN}`,
    message: "the bundle has more than 400000 tokens: leave out what is not used",
  },
};

it.each(Object.entries(MESSAGES))("%s says what to do instead", async (rule, { code, message }) => {
  const { findings } = await check(bundleOf(code));
  expect(findings).toContainEqual(expect.objectContaining({ rule, message }));
});

it("tells where, in lines and columns of the bundle", async () => {
  const { findings } = await check(`${PLUGIN}\n\n  fetch("x");`);
  expect(findings).toContainEqual(
    expect.objectContaining({ rule: "no-direct-network", file: "plugin.js", line: 3, column: 3 }),
  );
});
