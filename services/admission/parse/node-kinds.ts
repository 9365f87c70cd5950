// The syntax that a plugin may use, by ESTree's names, each with the fields that hold further nodes.
// What is not in this table is not allowed: one list for the allow-list and for every walk.
import type { AnyNode } from "acorn";

/** In the order of the source. Lists, holes and missing parts are the walker's to skip. */
export const NODE_KINDS = {
  Program: ["body"],
  ExpressionStatement: ["expression"],
  BlockStatement: ["body"],
  EmptyStatement: [],
  DebuggerStatement: [],
  ReturnStatement: ["argument"],
  LabeledStatement: ["label", "body"],
  BreakStatement: ["label"],
  ContinueStatement: ["label"],
  IfStatement: ["test", "consequent", "alternate"],
  SwitchStatement: ["discriminant", "cases"],
  SwitchCase: ["test", "consequent"],
  ThrowStatement: ["argument"],
  TryStatement: ["block", "handler", "finalizer"],
  CatchClause: ["param", "body"],
  WhileStatement: ["test", "body"],
  DoWhileStatement: ["body", "test"],
  ForStatement: ["init", "test", "update", "body"],
  ForInStatement: ["left", "right", "body"],
  ForOfStatement: ["left", "right", "body"],
  FunctionDeclaration: ["id", "params", "body"],
  VariableDeclaration: ["declarations"],
  VariableDeclarator: ["id", "init"],
  ClassDeclaration: ["id", "superClass", "body"],
  ThisExpression: [],
  Identifier: [],
  PrivateIdentifier: [],
  Literal: [],
  ArrayExpression: ["elements"],
  ObjectExpression: ["properties"],
  Property: ["key", "value"],
  FunctionExpression: ["id", "params", "body"],
  ArrowFunctionExpression: ["params", "body"],
  ClassExpression: ["id", "superClass", "body"],
  ClassBody: ["body"],
  MethodDefinition: ["key", "value"],
  PropertyDefinition: ["key", "value"],
  StaticBlock: ["body"],
  UnaryExpression: ["argument"],
  UpdateExpression: ["argument"],
  BinaryExpression: ["left", "right"],
  AssignmentExpression: ["left", "right"],
  LogicalExpression: ["left", "right"],
  MemberExpression: ["object", "property"],
  ChainExpression: ["expression"],
  ConditionalExpression: ["test", "consequent", "alternate"],
  CallExpression: ["callee", "arguments"],
  NewExpression: ["callee", "arguments"],
  SequenceExpression: ["expressions"],
  Super: [],
  SpreadElement: ["argument"],
  YieldExpression: ["argument"],
  AwaitExpression: ["argument"],
  TemplateLiteral: ["quasis", "expressions"],
  TemplateElement: [],
  TaggedTemplateExpression: ["tag", "quasi"],
  ObjectPattern: ["properties"],
  ArrayPattern: ["elements"],
  RestElement: ["argument"],
  AssignmentPattern: ["left", "right"],
  MetaProperty: ["meta", "property"],
  ExportNamedDeclaration: ["declaration", "specifiers"],
  ExportSpecifier: ["local", "exported"],
  ExportDefaultDeclaration: ["declaration"],
  // Parsed so that the rule against imports can name them; no bundle with one is accepted.
  ImportDeclaration: ["specifiers", "source"],
  ImportSpecifier: ["imported", "local"],
  ImportDefaultSpecifier: ["local"],
  ImportNamespaceSpecifier: ["local"],
  ImportExpression: ["source"],
  ExportAllDeclaration: ["exported", "source"],
} as const satisfies Partial<Record<AnyNode["type"], readonly string[]>>;

export type NodeKind = keyof typeof NODE_KINDS;
export type NodeOf<K extends AnyNode["type"]> = Extract<AnyNode, { type: K }>;

const FIELDS: ReadonlyMap<string, readonly string[]> = new Map(Object.entries(NODE_KINDS));

/** The fields of a node that hold nodes; null for syntax that is not allowed. */
export function childFieldsOf(node: AnyNode): readonly string[] | null {
  return FIELDS.get(node.type) ?? null;
}
