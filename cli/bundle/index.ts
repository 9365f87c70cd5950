// What other folders use of bundling.
export { type BuiltPlugin, buildPlugin, bundlePlugin, type PluginBundle } from "./bundle-plugin.ts";
export { readMigrations } from "./read-migrations.ts";
