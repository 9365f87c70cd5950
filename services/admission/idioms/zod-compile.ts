// zod's faster parser: it writes a function and falls back to its own loop where that is refused. Seen in zod 4.6.7.
import type { AnyNode } from "acorn";
import { shapeOf } from "./known-code.ts";

const SHAPES: ReadonlySet<string> = new Set([
  // Doc.compile: the function's text is between two that are zod's own.
  'New Identifier SpreadElement Call Member.keys Identifier Identifier Member.closed This Identifier Template "return function (" ") {\\n" "\\n};" Call Member.join Member.args This Identifier Identifier ", " Call Member.join Identifier Identifier "\\n"',
  // compile: with what it says where the text is refused. As it is written, and as esbuild shortens it.
  'Try Block VariableDeclaration VariableDeclarator Identifier New Identifier SpreadElement Identifier Identifier Expression Assignment Identifier Call Identifier SpreadElement Identifier CatchClause Identifier Block Throw New Identifier Template "this schema (generated code failed to evaluate: " ")" Member.message Identifier Identifier',
  'Try Block Expression Assignment Identifier Call New Identifier SpreadElement Identifier Identifier SpreadElement Identifier CatchClause Identifier Block Throw New Identifier Template "this schema (generated code failed to evaluate: " ")" Member.message Identifier Identifier',
]);

/** Whether the call of a function constructor is zod's. */
export function isZodCompile(call: AnyNode, ancestors: readonly AnyNode[]): boolean {
  const around = ancestors.findLast(({ type }) => type === "TryStatement");
  return [call, ...(around ? [around] : [])].some((node) => SHAPES.has(shapeOf(node) ?? ""));
}
