export { type AllotmentPorts, allotDatabase } from "./allot-database.ts";
export { isEmptyDatabase, wipeDatabase } from "./wipe-database.ts";
