// Plugins that hold the runtime up turn by turn, in their database, after their answer, in hooks that run where nobody waits, or while
// others run beside them.
import { expectAllSurvived } from "./suite.ts";

await expectAllSurvived("turns", "queries", "afterwards", "hooks", "frame-ups");
