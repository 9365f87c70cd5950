// Plugins that hold the runtime up from within one turn, by loops in every form of the language or by work without
// end that one call of a built-in function does; and plugins that take all its memory, here alone, one at a time.
import { expectAllSurvived } from "./suite.ts";

await expectAllSurvived("loops", "natives", "memory");
