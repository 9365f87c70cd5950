// What an attack on the local runtime is, and the plugin that makes it: calm until an event says «attack».
// It runs nothing itself; files named *.attack.ts hold one attack each, ordered by how it gets its way.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type HookName, hookTable } from "../../../contracts/hooks.ts";
import type { CallOutcome } from "../../../contracts/outcome.ts";
import { STEAL } from "../stolen-stub.ts";

/** The word in an event that an attacker waits for. */
export const ATTACK = "attack";

/**
 * `wedge`: nothing is answered any more until the process is ended; `crash`: the process ends by itself; `death`:
 * either, as the machine has it. A pair: the runtime outlives it, and the call ends with that outcome and code.
 */
export type AttackEnd = "wedge" | "crash" | "death" | readonly [CallOutcome, string | null];

export interface Attack {
  /** What the plugin does. */
  readonly name: string;
  /** The hook that it does it in; beforePublish unless given. */
  readonly hook?: HookName;
  /** What its module does before anything is called. */
  readonly atStart?: string;
  /** What the hook does when it is told to; it has `data`, `context`, `api`, `steal` and `waitUntil` at hand. */
  readonly inHook?: string;
  /** True: it has a database of its own. */
  readonly usesDatabase?: boolean;
  /** Milliseconds that each bystander takes while the attack goes on; none unless given. */
  readonly innocentTakesMs?: number;
  /** How often it has to strike until it can be named; once unless given. */
  readonly strikes?: number;
  readonly ends: AttackEnd;
  /** Why it ends so. */
  readonly why: string;
}

/** Reads what is there of others' keys, and keeps what it saw where only an admin can make it tell. */
const LOOK_AROUND = `
const lookAround = async (api) => {
  if ((await api.kv.get("seen")) !== null) return;
  const { keys } = await api.kv.list();
  await api.kv.put("seen", JSON.stringify([keys.map(({ name }) => name), await api.kv.get("key")]));
};
`;

/**
 * The plugin's module. Asked for it by a page with the slug «tell», it tells what it saw in the attack; any other
 * event but the attack leaves it calm.
 */
export function moduleOf({ hook = "beforePublish", atStart = "", inHook = "" }: Attack): string {
  const act = `if (JSON.stringify(data).includes("${ATTACK}")) { await lookAround(api);\n${inHook}\n}`;
  const gate = `async beforePublish({ data, context, api }) {
    if (data.slug === "tell") {
      return { allow: true, issues: [{ severity: "info", message: String(await api.kv.get("seen")) }] };
    }
    ${hook === "beforePublish" ? act : ""}
    return true;
  }`;
  const other = `async ${hook}({ data, context, api }) {\n${act}\nreturn null; }`;
  const methods = hook === "beforePublish" ? [gate] : [gate, other];
  return `${STEAL}${LOOK_AROUND}${atStart}\nexport default { ${methods.join(",\n")} };`;
}

/** The event that tells the attacker to begin. */
export function eventOfAttack(hook: HookName): object {
  const page = { pageId: ATTACK, collection: "posts", slug: ATTACK };
  switch (hookTable[hook].mode) {
    case "gate":
      return page;
    case "transform":
      return { pageId: ATTACK, path: `/posts/${ATTACK}` };
    case "rank":
      return { query: ATTACK };
    case "notify":
      return hook === "onSchedule" ? { cursor: ATTACK } : page;
  }
}

/** The attacks of one folder. */
export async function loadAttacks(folder: string): Promise<readonly Attack[]> {
  const path = join(import.meta.dirname, folder);
  const files = readdirSync(path).filter((name) => name.endsWith(".attack.ts"));
  return Promise.all(
    files.sort().map(async (name) => {
      const { attack } = (await import(join(path, name))) as { attack: Attack }; // the form of these files
      return attack;
    }),
  );
}
