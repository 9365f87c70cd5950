// What other folders use of bundling.
export { bundlePlugin, type PluginBundle } from "./bundle-plugin.ts";
