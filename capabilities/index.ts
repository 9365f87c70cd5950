export { Api, type ApiPorts } from "./api.ts";
export { type CapabilityCall, Invocation, type OpenBound } from "./capability.ts";
export { Database, dbEntrypoint, type OpenDatabase } from "./database.ts";
export { HtmlTransformer, htmlEntrypoint } from "./html.ts";
export { checkPatch, mergePatches } from "./html-policy/index.ts";
export { KvStore, kvEntrypoint } from "./kv.ts";
export { logEntrypoint, PluginLog } from "./log.ts";
export { findUncovered, type PartOfPage, viewPage } from "./page-view.ts";
export { PagesReader, pagesEntrypoint } from "./pages.ts";
