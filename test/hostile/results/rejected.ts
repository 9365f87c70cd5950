// The tests of answers that allow nothing: a gate refuses, a search and a page stay as they were without the plugin.
import { expect, it } from "vitest";
import { ATTACKER } from "../attack.ts";
import { useAnswers } from "./answering.ts";

/** One test for each answer: the expression, and the code that the gate's call must end with. */
export function expectRejected(
  answers: Readonly<Record<string, readonly [string, string]>>,
  prelude = "",
): void {
  const answerOf = useAnswers(
    Object.values(answers).map(([answer]) => answer),
    prelude,
  );
  const cases = Object.entries(answers).map(([what, [, code]], index) => [what, code, index] as const);
  it.each(cases)("%s is %s", async (_what, code, index) => {
    const { gate, search, render } = await answerOf(index);
    expect(gate).toMatchObject({ allow: false, refusedBy: [ATTACKER] });
    expect(gate.trace.plugins).toMatchObject([{ error: { code } }]);
    expect(search.order).toEqual(["posts:a", "posts:c"]);
    expect(search.hidden).toEqual(["posts:b"]); // by the bystander
    expect(render.patch).toEqual({});
  });
}
