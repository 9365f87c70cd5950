// Reads a bundle's text into a syntax tree, or says why it is none.
// Nothing of the bundle is run.
import type { Comment, Program } from "acorn";
import { BoundedParser, TooMuchCode } from "./bounded-parser.ts";

/** Pinned: what a later standard adds is looked at before it is let in. */
const ECMA_VERSION = 2025;

export interface ParsedBundle {
  readonly code: string;
  readonly program: Program;
  readonly comments: readonly Comment[];
}

export interface ParseFailure {
  readonly rule: "syntax" | "size";
  readonly message: string;
  /** In UTF-16 code units from the start. */
  readonly offset: number;
}

export function parseBundle(code: string): ParsedBundle | ParseFailure {
  const comments: Comment[] = [];
  const options = {
    ecmaVersion: ECMA_VERSION,
    sourceType: "module",
    onComment: comments,
  } as const;
  try {
    return { code, comments, program: new BoundedParser(options, code).parse() };
  } catch (error) {
    return describeFailure(error);
  }
}

function describeFailure(error: unknown): ParseFailure {
  if (error instanceof TooMuchCode) {
    return {
      rule: "size",
      message: `the bundle has ${error.message}: leave out what is not used`,
      offset: 0,
    };
  }
  if (error instanceof RangeError || (error instanceof SyntaxError && /stack space/.test(error.message))) {
    const message = "the bundle nests deeper than a parser follows: break long expressions up";
    return { rule: "size", message, offset: 0 };
  }
  if (error instanceof SyntaxError) {
    const offset = "pos" in error && typeof error.pos === "number" ? error.pos : 0;
    const what = error.message.replace(/ \(\d+:\d+\)$/, "");
    return { rule: "syntax", message: `not an ES module: ${what}`, offset };
  }
  throw error;
}
