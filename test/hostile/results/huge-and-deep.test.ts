// A plugin answers with more than a result may hold: too long, too deep, too many.
import { MAX_ISSUES, MAX_RESULT_BYTES } from "../../../contracts/limits.ts";
import { expectRejected } from "./rejected.ts";

const issue = "{ severity: 'info', message: 'x' }";

expectRejected({
  "more bytes than a result has": [
    `{ allow: true, note: 'x'.repeat(${MAX_RESULT_BYTES}) }`,
    "RESULT_REJECTED",
  ],
  "fewer characters, but as many bytes": [
    `{ note: '\\u20ac'.repeat(${Math.ceil(MAX_RESULT_BYTES / 3)}) }`,
    "RESULT_REJECTED",
  ],
  "two megabytes": ["{ allow: true, note: 'x'.repeat(2_000_000) }", "RESULT_REJECTED"],
  "5,000 levels of nesting": ["JSON.parse('['.repeat(5_000) + ']'.repeat(5_000))", "RESULT_REJECTED"],
  "nesting in a shape": [
    "{ allow: true, issues: JSON.parse('['.repeat(5_000) + ']'.repeat(5_000)) }",
    "RESULT_REJECTED",
  ],
  "an issue too many": [
    `{ allow: true, issues: Array(${MAX_ISSUES + 1}).fill(${issue}) }`,
    "RESULT_REJECTED",
  ],
  "a hundred thousand wrong issues": ["{ allow: true, issues: Array(100_000).fill(1) }", "RESULT_REJECTED"],
  "ten thousand keys": [
    "Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => ['key' + n, n]))",
    "RESULT_REJECTED",
  ],
});
