import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a recursive query without an end",
  usesDatabase: true,
  inHook: `await api.db
    .prepare("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n")
    .first();`,
  ends: "wedge",
  why: "the database runs on the thread that serves everybody, and has no limit of its own there",
};
