// Ways to a function constructor without its name. The isolate makes nothing of them; a person should know why they
// are there. `new this.constructor(…)` and `x.constructor === Object` are everybody's, and pass.
import type { AnyNode } from "acorn";
import type { Rule } from "../analysis.ts";
import { foldText } from "../scope/fold-text.ts";
import { isIntrinsic } from "./runtime-names.ts";

const KEY = "constructor";
const MESSAGE =
  "this reaches a function's constructor, which makes code out of text: say what it is for, or leave it out";
/** Calls that read a member by its name. */
const READING: ReadonlySet<string> = new Set([
  "Reflect.get",
  "Object.getOwnPropertyDescriptor",
  "Reflect.getOwnPropertyDescriptor",
]);

export const functionConstructor: Rule = {
  id: "function-constructor",
  severity: "review",
  visit: ({ origins, bindings }, report) => ({
    MemberExpression(node, ancestors) {
      if (origins.keyOf(node) !== KEY || node.object.type === "Super") return;
      if (isOfFunction(node.object) || isCalledWithText(node, ancestors)) report(node, MESSAGE);
      else if (origins.originsOf(node.object).some(isFunctionOfTheRuntime)) report(node, MESSAGE);
    },
    CallExpression(node) {
      if (node.callee.type === "Super" || node.arguments.length < 2) return;
      const [, key] = node.arguments as AnyNode[];
      if (key === undefined || foldText(key, bindings) !== KEY) return;
      if (origins.originsOf(node.callee).some((origin) => READING.has(origin))) report(node, MESSAGE);
    },
    ObjectPattern(node) {
      for (const property of node.properties) {
        if (property.type !== "Property") continue;
        const { key, computed, value } = property;
        const isKey = computed
          ? foldText(key, bindings) === KEY
          : (key.type === "Identifier" && key.name === KEY) || (key.type === "Literal" && key.value === KEY);
        // One within the other is a constructor's constructor.
        if (isKey && value.type === "ObjectPattern") report(property, MESSAGE);
      }
    },
  }),
};

/** Written as a function, or as a way to one: another `.constructor`, a prototype that is asked for. */
function isOfFunction(object: AnyNode): boolean {
  switch (object.type) {
    case "FunctionExpression":
    case "ArrowFunctionExpression":
    case "ClassExpression":
      return true;
    case "ChainExpression":
      return isOfFunction(object.expression);
    case "MemberExpression":
      return (
        !object.computed &&
        object.property.type === "Identifier" &&
        (object.property.name === KEY ||
          (object.property.name === "__proto__" && isOfFunction(object.object)))
      );
    case "CallExpression": {
      const { callee } = object;
      if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return false;
      const [first] = object.arguments;
      return (
        callee.property.name === "getPrototypeOf" && first !== undefined && isOfFunction(first as AnyNode)
      );
    }
    default:
      return false;
  }
}

/** `Math.max`, `Array.prototype.map`: lower case, as functions that construct nothing are named. */
function isFunctionOfTheRuntime(origin: string): boolean {
  const name = origin.slice(origin.lastIndexOf(".") + 1);
  return (
    isIntrinsic(origin) &&
    /^[a-z]/.test(name) &&
    !["prototype", "console", "performance", "navigator", "crypto", "scheduler"].includes(name)
  );
}

/** `x.constructor("…")(…)` and `x.constructor("…")`: a class is constructed with `new`. */
function isCalledWithText(node: AnyNode, ancestors: readonly AnyNode[]): boolean {
  const parent = ancestors.at(-1);
  if (parent?.type !== "CallExpression" || parent.callee !== node) return false;
  const around = ancestors.at(-2);
  if (around?.type === "CallExpression" && around.callee === parent) return true;
  return parent.arguments.some(
    ({ type }) => type === "TemplateLiteral" || type === "Literal" || type === "BinaryExpression",
  );
}
