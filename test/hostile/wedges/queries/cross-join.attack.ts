import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "a cross join of a small table with itself",
  usesDatabase: true,
  inHook: `await api.db.batch([
      api.db.prepare("CREATE TABLE IF NOT EXISTS t (a)"),
      api.db.prepare(
        "INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000) SELECT i FROM n",
      ),
    ]);
    await api.db.prepare("SELECT count(*) FROM t a, t b, t c, t d WHERE a.a + b.a + c.a + d.a < 0").first();`,
  ends: "wedge",
  why: "a thousand rows four times over are a million million to look at, on the thread that serves everybody",
};
