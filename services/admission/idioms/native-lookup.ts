// `getNative(root, "WeakMap")`: a class of the language's is looked for under its name. Seen in lodash-es 4.18.1.
import type { AnyNode, CallExpression } from "acorn";
import type { OriginTracer } from "../scope/origins.ts";

const CLASSES = /^(?:(?:Weak)?(?:Map|Set|Ref)|Promise|DataView|Symbol|Uint8Array|ArrayBuffer)$/;

/** Whether the call hands the global object on with the name of a class beside it. */
export function isNativeLookup(call: CallExpression, node: AnyNode, origins: OriginTracer): boolean {
  const [first, second, ...others] = call.arguments as AnyNode[];
  return (
    first === node && second !== undefined && others.length === 0 && CLASSES.test(origins.fold(second) ?? "")
  );
}
