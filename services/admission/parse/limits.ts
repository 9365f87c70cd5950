// Bounds of what admission takes in. Each is far above what real bundles hold.

/** An honest bundle of 1 MiB has up to 350,000; 1 MiB of semicolons would take a gigabyte of syntax tree. */
export const MAX_SCRIPT_TOKENS = 400_000;
/** A plugin needs one; a bundler that kept a library's has hundreds. */
export const MAX_SCRIPT_EXPORTS = 2_000;
/**
 * Characters of one regular expression, and of all: the engine takes 10 s to read 1 MiB of `\p{L}`. The longest seen in
 * real bundles has 17,000, the most of one 66,000.
 */
export const MAX_REGEX_CHARS = 32_768;
export const MAX_SCRIPT_REGEX_CHARS = 131_072;
/** Findings of one rule that are kept: the rest say nothing new. */
export const MAX_FINDINGS_OF_RULE = 50;
