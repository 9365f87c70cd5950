// What a core token opens over capnweb: the hooks of its one site, for a core that lives elsewhere.
// The site comes from the token, never from an argument.
import { RpcTarget } from "capnweb";
import { EmgateError } from "../../../contracts/errors.ts";
import type { ContentSource, ListPagesOptions } from "../../../contracts/ports.ts";
import type { CoreSession, HooksApi } from "../../../contracts/rpc.ts";
import { type Env, exportsOf, type RequestContext } from "../env.ts";
import { assertTurn } from "../rate-limits.ts";
import type { SessionIdentity } from "./action-context.ts";
import { assertStanding } from "./assert-standing.ts";

/** Every call goes through the Hooks entrypoint, so that it has an I/O context that ends with it. */
export class CoreSessionTarget extends RpcTarget implements CoreSession {
  readonly #open: () => Promise<HooksApi>;
  #content: RemoteContent | undefined;

  constructor(ctx: RequestContext, env: Env, identity: SessionIdentity, site: string) {
    super();
    this.#open = async () => {
      await assertTurn(env, "RATE_CALLERS", `token/${identity.id}`);
      await assertStanding(ctx, env, identity);
      return exportsOf(ctx).Hooks({ props: { site } });
    };
  }

  async beforePublish(event: Parameters<HooksApi["beforePublish"]>[0]) {
    return (await this.#open()).beforePublish(event, this.#options());
  }
  async afterPublish(event: Parameters<HooksApi["afterPublish"]>[0]) {
    return (await this.#open()).afterPublish(event, this.#options());
  }
  async renderHtml(event: Parameters<HooksApi["renderHtml"]>[0]) {
    return (await this.#open()).renderHtml(event, this.#options());
  }
  async onSearch(event: Parameters<HooksApi["onSearch"]>[0]) {
    return (await this.#open()).onSearch(event, this.#options());
  }
  async onSchedule(event: Parameters<HooksApi["onSchedule"]>[0]) {
    return (await this.#open()).onSchedule(event, this.#options());
  }
  async dispatch(hook: string, event: unknown) {
    return (await this.#open()).dispatch(hook, event, this.#options());
  }
  async describe() {
    return (await this.#open()).describe();
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
