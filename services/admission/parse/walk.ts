// Walks a syntax tree with a stack of its own: generated code nests deeper than the call stack goes.
// It knows nothing of what it walks over.
import type { AnyNode } from "acorn";
import { childFieldsOf } from "./node-kinds.ts";

/** The nodes directly below, in the order of the source. */
export function childrenOf(node: AnyNode): AnyNode[] {
  const children: AnyNode[] = [];
  for (const field of childFieldsOf(node) ?? []) {
    const value = (node as unknown as Record<string, unknown>)[field]; // a field that the table names
    if (Array.isArray(value)) {
      for (const item of value) if (item !== null) children.push(item);
    } else if (value !== null && value !== undefined) {
      children.push(value as AnyNode);
    }
  }
  return children;
}

/** The same, without a list. */
export function forEachChild(node: AnyNode, tell: (child: AnyNode) => void): void {
  const fields = childFieldsOf(node);
  if (fields === null) return;
  for (let at = 0; at < fields.length; at += 1) {
    const value = (node as unknown as Record<string, unknown>)[fields[at] as string]; // a field that the table names
    if (Array.isArray(value)) {
      for (let index = 0; index < value.length; index += 1) if (value[index] !== null) tell(value[index]);
    } else if (value !== null && value !== undefined) {
      tell(value as AnyNode);
    }
  }
}

/** Calls `enter` for each node, before those below it. `ancestors` holds those above it, the root first. */
export function walk(root: AnyNode, enter: (node: AnyNode, ancestors: readonly AnyNode[]) => void): void {
  const ancestors: AnyNode[] = [];
  /** Null: the last ancestor ends here. */
  const left: (AnyNode | null)[] = [root];
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (node === null) {
      ancestors.pop();
      continue;
    }
    enter(node, ancestors);
    const fields = childFieldsOf(node);
    if (fields === null || fields.length === 0) continue;
    ancestors.push(node);
    left.push(null);
    pushReversed(node, fields, left);
  }
}

/** The last child first, so that the first is on top. */
function pushReversed(node: AnyNode, fields: readonly string[], stack: (AnyNode | null)[]): void {
  for (let at = fields.length - 1; at >= 0; at -= 1) {
    const value = (node as unknown as Record<string, unknown>)[fields[at] as string]; // a field that the table names
    if (Array.isArray(value)) {
      for (let index = value.length - 1; index >= 0; index -= 1)
        if (value[index] !== null) stack.push(value[index]);
    } else if (value !== null && value !== undefined) {
      stack.push(value as AnyNode);
    }
  }
}
