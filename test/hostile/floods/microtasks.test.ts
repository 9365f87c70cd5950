// A plugin fills the queue that nothing else gets between: 200,000 promises, callbacks and mutual awaits.
import { it } from "vitest";
import { attack } from "../attack.ts";

it.each([
  [
    "a chain",
    "let chain = Promise.resolve(); for (let n = 0; n < 200_000; n += 1) chain = chain.then(() => n); await chain",
  ],
  [
    "at once",
    "await Promise.all(Array.from({ length: 200_000 }, (_, n) => Promise.resolve(n).then(() => n)))",
  ],
  [
    "callbacks that set callbacks",
    "await new Promise((done) => { let left = 200_000; const next = () => (left-- > 0 ? queueMicrotask(next) : done()); next(); })",
  ],
  [
    "awaits in turns",
    "const turns = async () => { for (let n = 0; n < 100_000; n += 1) await null; }; await Promise.all([turns(), turns()])",
  ],
])("ends, and others are answered: %s", async (_how, flood) => {
  await attack({ code: `async beforePublish() { ${flood}; return true; }` });
});
