import type { Attack } from "../attack.ts";

export const attack: Attack = {
  name: "calls with large arguments that are not awaited",
  inHook: `
    const text = "x".repeat(2 ** 24);
    for (let count = 0; ; count += 1) {
      api.kv.put("key", text + count).catch(() => {});
      await null;
    }`,
  ends: "death",
  why: "each is copied before the host can refuse it",
};
