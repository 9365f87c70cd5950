// `new Function("")` asks whether text may become code at all; `Function("return this")()` asks for the global object.
// Seen in zod 4.6.7, lodash, core-js and regenerator. The isolate answers both with an error.
import type { AnyNode } from "acorn";
import type { Bindings } from "../scope/bindings.ts";
import { foldText } from "../scope/fold-text.ts";

const TEXT = /^\s*(?:return this;?)?\s*$/;

/** Whether the call of a function constructor hands it text that does nothing. */
export function isHarmlessFunction(call: AnyNode, bindings: Bindings): boolean {
  if (call.type !== "CallExpression" && call.type !== "NewExpression") return false;
  const [text, ...others] = call.arguments as AnyNode[];
  return others.length === 0 && (text === undefined || TEXT.test(foldText(text, bindings) ?? "?"));
}
