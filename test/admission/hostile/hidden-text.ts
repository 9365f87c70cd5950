// Text that a reader sees otherwise than the parser.
// Written as escapes here, so that this file hides nothing itself.
import type { HostileTable } from "./table.ts";

export const hiddenText: HostileTable = {
  rule: "hidden-text",
  reject: {
    "a right-to-left override in a comment": "/* \u202e } if (admin) { */ return true;",
    "a right-to-left override in a line comment": "// \u202e\nreturn true;",
    "a right-to-left embedding": "/* \u202b */ return true;",
    "a left-to-right isolate": "/* \u2066 */ return true;",
    "a pop of an isolate": "/* \u2069 */ return true;",
    "an Arabic letter mark": "/* \u061c */ return true;",
    "a left-to-right mark between tokens": "return /* \u200e */ true;",
    "a zero-width space in a comment": "/* a\u200bb */ return true;",
    "a zero-width joiner in a name": "const a\u200db = 1; return a\u200db === 1;",
    "a zero-width non-joiner in a name": "const a\u200cb = 1; return a\u200cb === 1;",
    "a Hangul filler as a name": "const \u3164 = 1; return \u3164 === 1;",
    "a half-width filler as a name": "const \uffa0 = 1; return \uffa0 === 1;",
    "a byte order mark between tokens": "return\ufeff true;",
    "a soft hyphen in a comment": "/* \u00ad */ return true;",
    "tags in a comment": "/* \u{e0041} */ return true;",
    "a variation selector in a name": "const a\ufe0f = 1; return a\ufe0f === 1;",
    "a variation selector of the second plane": "/* \u{e0100} */ return true;",
    "a line separator in a comment": "// a \u2028 return false;\nreturn true;",
    "a paragraph separator between statements": "const a = 1;\u2029return a === 1;",
    "an override as a key": 'const o = { "a": 1 }; /* \u202e */ return o.a === 1;',
    "a name of Latin and Cyrillic": "const p\u0430ypal = 1; return p\u0430ypal === 1;",
    "a name of Latin and Greek": "const \u03bfpen = 1; return \u03bfpen === 1;",
    "a name of Latin and Cyrillic, escaped": "const p\\u0430ypal = 1; return p\\u0430ypal === 1;",
    "a private name of two scripts":
      "class A { #\u0441ount = 1; get() { return this.#\u0441ount; } } new A();",
    "a key of two scripts": "return data.tit\u04cfe === 1;",
    "a label of two scripts": "l\u043eop: for (;;) break l\u043eop;",
    "a name of Cyrillic that looks like a Latin one":
      "const \u0435\u0445\u0440 = 1, exp = 2; return \u0435\u0445\u0440 === exp;",
    "a name of full-width letters": "const \uff46\uff45tch = 1; return \uff46\uff45tch === 1;",
    "a name of mathematical letters": "const \u{1d41e}val = 1; return \u{1d41e}val === 1;",
    "an escape that hides a name's joiner": "const a\\u200db = 1; return a\\u200db === 1;",
  },
  review: {
    "an override in a regular expression": "return /\u202e/.test(data.title);",
  },
};
