// A core of its own in thirty lines: renders pages with the plugins' patches, and publishes through their gate.
// It knows the gateway by its Hooks binding alone and imports nothing but emgate/core.
import { RpcTarget } from "cloudflare:workers";
import { applyPatch, type ContentSource, connectHooks, type HooksApi, type PageList } from "emgate/core";
import { pages } from "./pages.ts";

interface Env {
  readonly PLUGINS: HooksApi;
}

/** What plugins with read:pages see, through the gateway and within their caveats; ends with the request. */
class Content extends RpcTarget implements ContentSource {
  async get(id: string) {
    return pages.find((page) => page.id === id || `${page.collection}/${page.slug}` === id) ?? null;
  }

  async list(): Promise<PageList> {
    return { pages: pages.map(({ html: _html, fields: _fields, ...summary }) => summary) };
  }
}

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    const page = pages.find(({ url }) => url === pathname);
    if (!page) return new Response("Not found", { status: 404 });
    const plugins = connectHooks(env.PLUGINS);
    const content = new Content();
    const { html, fields, id: pageId, ...summary } = page;

    if (request.method === "POST") {
      const event = { ...summary, html, fields, pageId, isUpdate: true, previous: page };
      const outcome = await plugins.beforePublish(event, { content });
      // Publishing would go here; afterPublish follows once it is done, and its plugins run when we have answered.
      if (outcome.allow) await plugins.afterPublish(event);
      return Response.json(outcome, { status: outcome.allow ? 200 : 422 });
    }
    const event = { pageId, url: request.url, path: pathname, page: { id: pageId, ...summary } };
    const outcome = await plugins.renderHtml(event, { content });
    const title = escapeHtml(page.title);
    const document = `<!doctype html><html lang="${page.locale}"><head><title>${title}</title></head><body><article><h1>${title}</h1>${html}</article></body></html>`;
    const response = new Response(document, { headers: { "content-type": "text/html; charset=utf-8" } });
    return applyPatch(response, outcome);
  },
} satisfies ExportedHandler<Env>;

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
