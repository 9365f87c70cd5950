// The shape of a table of attacks: what a rule must never let pass, by what each does.
// Data alone: hostile.test.ts runs them.

/**
 * Code by what it does. Code with an `export` is a whole bundle; other code is put into a hook, where `data`, `context`
 * and `api` are what the gateway gives.
 */
export interface HostileTable {
  readonly rule: string;
  readonly reject?: Readonly<Record<string, string>>;
  readonly review?: Readonly<Record<string, string>>;
}
