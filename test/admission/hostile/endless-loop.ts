// Loops that nothing ends.
// An engine's own loops are not seen by reading: the watchdog is for those.
import type { HostileTable } from "./table.ts";

export const endlessLoop: HostileTable = {
  rule: "endless-loop",
  review: {
    for: "for (;;) {}",
    "for with a step": "for (let i = 0; ; i += 1) { data.title += i; }",
    while: "while (true) {}",
    "while with a number": "while (1) { data.title += 1; }",
    "while with a text": 'while ("a");',
    "while with a list": "while ([]) {}",
    "while not false": "while (!false) {}",
    "while not nothing": "while (!void 0) {}",
    "while not not": "while (!!1) {}",
    "while with a regular expression": "while (/a/) {}",
    "while with a function": "while (() => {}) {}",
    "while with a sequence": "while ((data.title, true)) {}",
    "while true or": "while (true || data.title) {}",
    "while equal": "while (1 === 1) {}",
    "while a constant": "const on = true; while (on) {}",
    "while a template": "while (`a`) {}",
    "while a new object": "while (new Date()) {}",
    "while typeof": "while (typeof data) {}",
    "do while": "do {} while (true);",
    "a break of an inner loop": "for (;;) { for (;;) { break; } }",
    "a break of a switch": "for (;;) { switch (data.title) { case 1: break; } }",
    "a break of an inner label": "for (;;) { inner: { break inner; } }",
    "a return of an inner function": "for (;;) { const f = () => { return 1; }; f(); }",
    "a throw of an inner method": "for (;;) { ({ f() { throw 1; } }); }",
    "a continue": "a: for (;;) { continue a; }",
    "a throw that is caught": "for (;;) { try { throw 1; } catch {} }",
    "an await of nothing": "for (;;) { await null; }",
  },
};
