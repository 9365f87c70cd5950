// Long text that nobody can read.
// Made of bytes by a rule, so that it is the same at every run.
import type { HostileTable } from "./table.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** A linear congruence: noise enough for a measure of entropy. */
function makeNoise(count: number, alphabet = ALPHABET): string {
  let state = 1;
  return Array.from({ length: count }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return alphabet[(state >> 8) % alphabet.length];
  }).join("");
}

const NOISE = makeNoise(4_096);
const PIECES = Array.from({ length: 40 }, (_, at) => JSON.stringify(NOISE.slice(at * 100, at * 100 + 100)));

export const packedCode: HostileTable = {
  rule: "packed-code",
  review: {
    "base64 in a text": `const x = "${NOISE}"; return x === data.title;`,
    "base64 in a template": `const x = \`${NOISE}\`; return x === data.title;`,
    "base64 in parts": `const x = ${PIECES.join(" + ")}; return x === data.title;`,
    "base64 in a list": `const x = [${PIECES.join(", ")}].join(""); return x === data.title;`,
    "base64 behind a prose text": `const x = "a few words stand here first ${NOISE}"; return x === data.title;`,
    "hexadecimal text": `const x = "${makeNoise(8_192, "0123456789abcdef")}"; return x === data.title;`,
    "escaped bytes": `const x = "${NOISE.replace(/./g, (c) => `\\x${c.charCodeAt(0).toString(16)}`)}"; return x === data.title;`,
    "a list of bytes": `const x = [${Array.from(NOISE, (c) => c.charCodeAt(0)).join(",")}]; return x.length === 1;`,
  },
};
