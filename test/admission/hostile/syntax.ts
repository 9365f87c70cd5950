// What is no module at all, or of a syntax that nothing needs.
// A parser that took it for something else than the engine does would see other code.
import type { HostileTable } from "./table.ts";

const PLUGIN = "export default { async beforePublish() { return true; } };";

export const syntax: HostileTable = {
  rule: "syntax",
  reject: {
    with: "with (data) { title; }",
    "an HTML comment": `<!-- a comment in scripts\n${PLUGIN}`,
    "the end of an HTML comment": `\n--> a comment in scripts\n${PLUGIN}`,
    "an octal number": "return 010 === 8;",
    "an octal escape": 'return "\\101" === "A";',
    "a name deleted": "delete data;",
    "a parameter twice": "function f(a, a) {} f();",
    "eval as a name": "const eval = 1;",
    "arguments as a name": "let arguments = 1;",
    "two of a name": "let a; let a;",
    "a var over a let": "let a; { var a; }",
    "a name exported twice": `const a = 1; export { a }; export { a }; ${PLUGIN}`,
    "a name exported that is none": `export { nothing }; ${PLUGIN}`,
    "a private name that is none": "data.#x;",
    "a return at the top": `return 1; ${PLUGIN}`,
    "a decorator": `@decorate class A {} ${PLUGIN}`,
    "a type": `const a: number = 1; ${PLUGIN}`,
    markup: "return <b/>;",
    "a regular expression with a wrong flag": "return /a/y2.test(data.title);",
    "a keyword with an escape": "v\\u0061r a = 1;",
    "an unfinished text": 'return "',
    "an unfinished comment": `${PLUGIN} /* `,
    "an import phase": `import source x from "x"; ${PLUGIN}`,
    "a using declaration": "using x = null;",
  },
};
