// Plugins that hold the runtime up turn by turn, after their answer, in hooks that run where nobody waits, or while
// others run beside them.
import { expectAllSurvived } from "./suite.ts";

await expectAllSurvived("turns", "afterwards", "hooks", "frame-ups");
