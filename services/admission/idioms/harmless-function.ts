// `new Function("")` asks whether text may become code at all; `Function("return this")()` asks for the global object;
// the others are the texts of core-js and regenerator. Seen in zod 4.6.7, lodash-es 4.18.1, core-js-pure 3.51.0 and
// regenerator-runtime 0.14.1. The isolate answers each with an error.
import type { AnyNode } from "acorn";
import type { OriginTracer } from "../scope/origins.ts";

const TEXTS: readonly RegExp[] = [
  /^\s*$/,
  /^\s*return this;?\s*$/,
  /^return async function\*\(\)\{\}\(\)$/,
  /^r\0regeneratorRuntime = r$/,
];

/** Whether the call of a function constructor hands it text that does nothing. */
export function isHarmlessFunction(call: AnyNode, origins: OriginTracer): boolean {
  if (call.type !== "CallExpression" && call.type !== "NewExpression") return false;
  const texts = (call.arguments as AnyNode[]).slice(0, 3).map((text) => origins.fold(text) ?? "?");
  return TEXTS.some((known) => known.test(texts.join("\0")));
}
