// A plugin answers its hook with the stubs that it was given, whole or inside of a result.
import { expect, it } from "vitest";
import { type Attacker, attackTogether } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";

const answers = {
  "the root": "steal(api)",
  "the api of the shell": "api",
  "a family": "steal(api).kv",
  "a method": "steal(api).kv.get",
  "a call that is under way": 'steal(api).kv.get("k")',
  "the root as a verdict": "{ allow: steal(api) }",
  "the root among issues": "{ allow: true, issues: [steal(api)] }",
};

const answering = (answer: string): Attacker => ({
  code: pluginOf(`async beforePublish({ api }) { return ${answer}; }`),
  scopes: ["hook:beforePublish", "read:kv"],
});

it("gives no verdict by them", async () => {
  const attackers = Object.entries(answers).map(([what, answer]) => [what, answering(answer)]);
  const reports = Object.values(await attackTogether(Object.fromEntries(attackers)));
  expect(reports.map(({ error }) => error?.code)).toEqual(Array(7).fill("RESULT_REJECTED"));
});

it("is left with its verdict alone where a stub stands beside it", async () => {
  const { beside } = await attackTogether({ beside: answering("{ allow: true, api: steal(api) }") });
  expect(beside).toMatchObject({ outcome: "ok", result: { allow: true } });
  expect(beside.result).not.toHaveProperty("api");
});
