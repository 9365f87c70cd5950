// The gateway Worker's entry: exports only.
import { http } from "./http.ts";

export { Deployment, SiteLog, SiteState } from "../site-state/index.ts";
export {
  AuditTrail,
  CoreContent,
  DatabaseUpkeep,
  Db,
  Deliveries,
  DryRun,
  Hooks,
  Html,
  Invocation,
  JournalWriter,
  Kv,
  Log,
  Pages,
  RunTail,
  StateMoves,
  StateUpkeep,
} from "./entrypoints.ts";

export default { fetch: http.fetch };
