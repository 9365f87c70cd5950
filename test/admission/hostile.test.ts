// Every attack of the tables is found by the rule that is there for it, and none is ever accepted.
// The tables are data: nothing of them is run.
import { describe, expect, it } from "vitest";
import { endlessLoop } from "./hostile/endless-loop.ts";
import { exportedShape } from "./hostile/exported-shape.ts";
import { functionConstructor } from "./hostile/function-constructor.ts";
import { hiddenText } from "./hostile/hidden-text.ts";
import { noChangedGlobals } from "./hostile/no-changed-globals.ts";
import { noCodeFromText } from "./hostile/no-code-from-text.ts";
import { noDirectNetwork } from "./hostile/no-direct-network.ts";
import { noImports } from "./hostile/no-imports.ts";
import { noNodeGlobals } from "./hostile/no-node-globals.ts";
import { packedCode } from "./hostile/packed-code.ts";
import { regularExpression } from "./hostile/regular-expression.ts";
import { scopes } from "./hostile/scopes.ts";
import { syntax } from "./hostile/syntax.ts";
import type { HostileTable } from "./hostile/table.ts";
import { topLevel } from "./hostile/top-level.ts";
import { unknownGlobal } from "./hostile/unknown-global.ts";
import { bundleOf, check } from "./submission.ts";

const TABLES: readonly HostileTable[] = [
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
  regularExpression,
  endlessLoop,
  packedCode,
  scopes,
  syntax,
];

describe.each(TABLES)("$rule", ({ rule, reject = {}, review = {} }) => {
  it.each(Object.entries(reject))("rejects %s", (_, code) => expectVerdict(rule, "reject", code));
  it.each(Object.entries(review))("asks a person about %s", (_, code) => expectVerdict(rule, "review", code));
});

async function expectVerdict(rule: string, severity: "reject" | "review", code: string): Promise<void> {
  const { verdict, findings } = await check(bundleOf(code));
  expect({ verdict, findings }).toMatchObject({ verdict: severity });
  expect(findings).toContainEqual(expect.objectContaining({ rule, severity }));
}
