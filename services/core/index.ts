// The reference core: pages in D1, published and rendered through the hooks. Re-exports only.
export { contentSource } from "./content-source.ts";
export type { CoreContext } from "./context.ts";
export { migrations } from "./migrations.ts";
export { type FlushReport, flushOutbox } from "./outbox.ts";
export { type PublishOptions, publishPage } from "./publish.ts";
export { putPages } from "./put-pages.ts";
export { renderPage } from "./render/render-page.ts";
export { type SearchReport, type SearchResult, searchPages } from "./search.ts";
export { importSeed, type OnConflict } from "./seed/import-seed.ts";
