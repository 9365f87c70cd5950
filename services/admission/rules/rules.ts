// Every rule that reads the bundle, in the order of docs/admission.md.
import type { Rule } from "../analysis.ts";
import { endlessLoops } from "./endless-loops.ts";
import { exportedShape } from "./exported-shape.ts";
import { functionConstructor } from "./function-constructor.ts";
import { hiddenText } from "./hidden-text.ts";
import { noChangedGlobals } from "./no-changed-globals.ts";
import { noCodeFromText } from "./no-code-from-text.ts";
import { noDirectNetwork } from "./no-direct-network.ts";
import { noImports } from "./no-imports.ts";
import { noNodeGlobals } from "./no-node-globals.ts";
import { packedCode } from "./packed-code.ts";
import { regularExpressions } from "./regular-expressions.ts";
import { sourceMapComment } from "./source-map-comment.ts";
import { topLevel } from "./top-level.ts";
import { unknownGlobal } from "./unknown-global.ts";

export const RULES: readonly Rule[] = [
  noImports,
  noCodeFromText,
  functionConstructor,
  unknownGlobal,
  noChangedGlobals,
  noNodeGlobals,
  noDirectNetwork,
  topLevel,
  exportedShape,
  hiddenText,
  regularExpressions,
  endlessLoops,
  packedCode,
  sourceMapComment,
];
