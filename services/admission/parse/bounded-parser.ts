// acorn, bounded: it ends in linear time and bounded memory, whatever it is given.
// It says nothing about what the code may do.
import { type Options, Parser, type Program } from "acorn";
import { MAX_REGEX_CHARS, MAX_SCRIPT_EXPORTS, MAX_SCRIPT_REGEX_CHARS, MAX_SCRIPT_TOKENS } from "./limits.ts";

/** Thrown for code that is too much for anybody who parses it after us. */
export class TooMuchCode extends Error {
  override readonly name = "TooMuchCode";
}

/** What the subclass touches of acorn's inside, which its types leave out; the version is pinned for that. */
interface AcornScope {
  var: NameList;
  lexical: NameList;
  functions: NameList;
}
interface AcornInside {
  readonly scopeStack: AcornScope[];
  enterScope(flags: number): void;
  finishToken(type: unknown, value?: unknown): unknown;
  checkExport(exports: unknown, name: unknown, position: number): void;
  validateRegExpPattern(state: { readonly source: string }): void;
  parse(): Program;
}
type AcornClass = new (options: Options, input: string) => AcornInside;

const AcornParser = Parser as unknown as AcornClass; // the declared constructor is protected, its members left out

/** Names that a list searches; more are kept in a set. */
const MAX_SEARCHED = 16;

/** acorn searches the names of a scope for each new one: quadratic past a few thousand. */
class NameList {
  readonly #first: string[] = [];
  #others: Set<string> | null = null;

  push(name: string): void {
    if (this.#first.length < MAX_SEARCHED) this.#first.push(name);
    else {
      this.#others ??= new Set();
      this.#others.add(name);
    }
  }
  indexOf(name: string): number {
    return this.#first.includes(name) || this.#others?.has(name) === true ? 0 : -1;
  }
  /** acorn reads the first name, which a simple `catch` may declare again. */
  get 0(): string | undefined {
    return this.#first[0];
  }
}

export class BoundedParser extends AcornParser {
  #tokens = 0;
  #exports = 0;
  #regexChars = 0;

  override enterScope(flags: number): void {
    super.enterScope(flags);
    const scope = this.scopeStack.at(-1);
    if (scope === undefined) return;
    scope.var = new NameList();
    scope.lexical = new NameList();
    scope.functions = new NameList();
  }

  override finishToken(type: unknown, value?: unknown): unknown {
    this.#tokens += 1;
    if (this.#tokens > MAX_SCRIPT_TOKENS) {
      throw new TooMuchCode(`more than ${MAX_SCRIPT_TOKENS} tokens`);
    }
    return super.finishToken(type, value);
  }

  override checkExport(exports: unknown, name: unknown, position: number): void {
    this.#exports += 1;
    if (this.#exports > MAX_SCRIPT_EXPORTS) throw new TooMuchCode(`more than ${MAX_SCRIPT_EXPORTS} exports`);
    super.checkExport(exports, name, position);
  }

  /** The engine's own check follows in acorn; acorn's takes 41 s for one pattern with `u`. */
  override validateRegExpPattern({ source }: { readonly source: string }): void {
    this.#regexChars += source.length;
    if (source.length > MAX_REGEX_CHARS)
      throw new TooMuchCode(`a regular expression of more than ${MAX_REGEX_CHARS} characters`);
    if (this.#regexChars > MAX_SCRIPT_REGEX_CHARS)
      throw new TooMuchCode(`regular expressions of more than ${MAX_SCRIPT_REGEX_CHARS} characters`);
  }
}
