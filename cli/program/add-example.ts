// The examples at the end of a command's help.
// Never invented: each stands as it can be typed against the demo site.
import type { Command } from "commander";

/** Ends a command's help with calls that work as they stand. */
export function addExample(command: Command, ...examples: readonly string[]): void {
  const lines = examples.map((example) => `  $ ${example}`);
  command.addHelpText("after", `\nExample${lines.length > 1 ? "s" : ""}:\n${lines.join("\n")}`);
}
