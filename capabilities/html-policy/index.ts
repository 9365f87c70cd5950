// What an HTML patch may do, decided on the host: the one way into this folder.
// Only re-exports.
export { checkPatch } from "./check-patch.ts";
export { type MergedPatches, mergePatches, type PluginPatch } from "./merge-patches.ts";
