// Reads the module specifiers of a source file, token by token: imports, re-exports, `import type`, `import()`.
// It resolves nothing and judges nothing.
import { type TokenType, tokenizer, tokTypes } from "acorn";

/** One import: what it names, and the line (from 1) where its specifier stands. */
export interface ImportSite {
  readonly specifier: string;
  readonly line: number;
}

interface Token {
  readonly type: TokenType;
  readonly text: string;
  readonly line: number;
}

// Tokens, not a syntax tree: acorn's parser knows no types, and the ways that strip types first lose
// `import type`, which binds one folder to another as much as any import. TypeScript's tokens are JavaScript's.
/**
 * Every import of a TypeScript or JavaScript module, in order.
 * @throws SyntaxError when the text has no valid tokens
 */
export function readImports(source: string): ImportSite[] {
  const tokens = readTokens(source);
  const sites: ImportSite[] = [];
  for (const [index, token] of tokens.entries()) {
    if (isProperty(tokens[index - 1])) continue;
    const specifier = findSpecifier(tokens, index, token);
    if (specifier === null) continue;
    sites.push({ specifier: specifier.text.slice(1, -1), line: specifier.line });
  }
  return sites;
}

function readTokens(source: string): Token[] {
  const options = { ecmaVersion: "latest", sourceType: "module", locations: true } as const;
  return [...tokenizer(source, options)].map(({ type, start, end, loc }) => ({
    type,
    text: source.slice(start, end),
    line: loc?.start.line ?? 0,
  }));
}

/** `object.import`, `object?.export`: a name, not a keyword. */
function isProperty(before: Token | undefined): boolean {
  return before?.type === tokTypes.dot || before?.type === tokTypes.questionDot;
}

/** The string that the import or re-export at `index` names, or null where none starts here. */
function findSpecifier(tokens: readonly Token[], index: number, token: Token): Token | null {
  const next = tokens[index + 1];
  if (token.type === tokTypes._import) {
    if (next?.type === tokTypes.string) return next;
    // `import("x")`, as a value or as a type.
    if (next?.type === tokTypes.parenL) return stringAt(tokens, index + 2);
    if (next?.type === tokTypes.dot) return null;
    return findFrom(tokens, index + 1);
  }
  if (token.type !== tokTypes._export) return null;
  const start = isWord(next, "type") ? index + 2 : index + 1;
  const opens = tokens[start]?.type;
  return opens === tokTypes.braceL || opens === tokTypes.star ? findFrom(tokens, start) : null;
}

/** The string after `from`, as long as only names, commas, braces and a star lie between. */
function findFrom(tokens: readonly Token[], start: number): Token | null {
  for (let index = start; index < tokens.length; index += 1) {
    const token = tokens[index];
    const specifier = stringAt(tokens, index + 1);
    if (isWord(token, "from") && specifier !== null) return specifier;
    if (token === undefined || !isClausePart(token)) return null;
  }
  return null;
}

function isClausePart({ type }: Token): boolean {
  const { braceL, braceR, comma, name, star, string, _default } = tokTypes;
  return [braceL, braceR, comma, name, star, string, _default].includes(type);
}

function isWord(token: Token | undefined, word: string): boolean {
  return token?.type === tokTypes.name && token.text === word;
}

function stringAt(tokens: readonly Token[], index: number): Token | null {
  const token = tokens[index];
  return token?.type === tokTypes.string ? token : null;
}
