// `async function load(url, options, signal, fetchImpl = fetch)`: a caller may hand in its own. Seen in jose.
import type { AnyNode } from "acorn";
import type { Binding } from "../scope/scope.ts";

/** Whether the node is what a parameter or a destructured name falls back to. */
export function isDefaultValue(node: AnyNode, ancestors: readonly AnyNode[]): boolean {
  const parent = ancestors.at(-1);
  return parent?.type === "AssignmentPattern" && parent.right === node;
}

/** Whether a name holds the thing only where nobody hands in another. */
export function isOnlyDefault(binding: Binding, isTheThing: (value: AnyNode) => boolean): boolean {
  const holding = binding.sources.filter(({ value }) => isTheThing(value));
  return holding.length > 0 && holding.every(({ isDefault }) => isDefault === true);
}
