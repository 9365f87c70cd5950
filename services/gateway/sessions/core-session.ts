// What a core token opens over capnweb: the hooks of its one site, for a core that lives elsewhere.
// The site comes from the token, never from an argument.
import { RpcTarget } from "capnweb";
import { EmgateError } from "../../../contracts/errors.ts";
import type { ContentSource, ListPagesOptions } from "../../../contracts/ports.ts";
import type { CoreSession, HooksApi } from "../../../contracts/rpc.ts";
import { exportsOf, type RequestContext } from "../env.ts";

/** Every call goes through the Hooks entrypoint, so that it has an I/O context that ends with it. */
export class CoreSessionTarget extends RpcTarget implements CoreSession {
  readonly #hooks: HooksApi;
  #content: RemoteContent | undefined;

  constructor(ctx: RequestContext, site: string) {
    super();
    this.#hooks = exportsOf(ctx).Hooks({ props: { site } });
  }

  beforePublish(event: Parameters<HooksApi["beforePublish"]>[0]) {
    return this.#hooks.beforePublish(event, this.#options());
  }
  afterPublish(event: Parameters<HooksApi["afterPublish"]>[0]) {
    return this.#hooks.afterPublish(event, this.#options());
  }
  renderHtml(event: Parameters<HooksApi["renderHtml"]>[0]) {
    return this.#hooks.renderHtml(event, this.#options());
  }
  onSearch(event: Parameters<HooksApi["onSearch"]>[0]) {
    return this.#hooks.onSearch(event, this.#options());
  }
  onSchedule(event: Parameters<HooksApi["onSchedule"]>[0]) {
    return this.#hooks.onSchedule(event, this.#options());
  }
  dispatch(hook: string, event: unknown) {
    return this.#hooks.dispatch(hook, event, this.#options());
  }
  describe() {
    return this.#hooks.describe();
  }

  /** Core's content for the calls of this session; the newest registration counts. */
  async registerContent(content: ContentSource): Promise<void> {
    if (!isDuplicable(content)) {
      throw new EmgateError("INVALID_ARGUMENT", "content: expected a target with get and list");
    }
    this.#content?.[Symbol.dispose]();
    // A stub in an argument ends with the call; this session owns the copy and disposes of it.
    this.#content = new RemoteContent(content.dup());
  }

  /** Called by capnweb when the peer lets go of the session. */
  [Symbol.dispose](): void {
    this.#content?.[Symbol.dispose]();
  }

  #options() {
    return this.#content ? { content: this.#content } : {};
  }
}

type ContentStub = ContentSource & Disposable & { dup(): ContentStub };

/** A native target in front of the peer's stub, since capnweb's own cannot cross to another entrypoint. */
class RemoteContent extends RpcTarget implements ContentSource {
  readonly #stub: ContentStub;

  constructor(stub: ContentStub) {
    super();
    this.#stub = stub;
  }

  get(id: string) {
    return this.#stub.get(id);
  }
  list(options: ListPagesOptions) {
    return this.#stub.list(options);
  }
  [Symbol.dispose](): void {
    this.#stub[Symbol.dispose]();
  }
}

function isDuplicable(content: unknown): content is ContentStub {
  return (
    (typeof content === "object" || typeof content === "function") && content !== null && "dup" in content
  );
}
