// html.transform: checks a patch as the gateway will check it again, and shows what it would do.
// A convenience for authors, not a control: every patch that a hook returns is checked, come from here or not.
import { RpcTarget, WorkerEntrypoint } from "cloudflare:workers";
import { z } from "zod";
import { applyPatch } from "../contracts/apply-patch.ts";
import type { CapabilityProps } from "../contracts/capability.ts";
import type { Caveats } from "../contracts/caveats.ts";
import { EmgateError, parseOrThrow } from "../contracts/errors.ts";
import { type CheckedPatch, type HtmlPatch, htmlPatchSchema } from "../contracts/html-patch.ts";
import { MAX_MATCHES } from "../contracts/limits.ts";
import type { Invocation, OpenBound } from "./capability.ts";
import { checkPatch } from "./html-policy/index.ts";

/** Characters of a document to look at; a page is not larger, and the pass is paid for by the gateway. */
const MAX_HTML_CHARS = 2_000_000;

const call = { capability: "html.transform", scope: "transform:html" } as const;
const htmlSchema = z.string().max(MAX_HTML_CHARS);

/** Policy and effect; the faces below only hand over. */
export class HtmlTransformer {
  readonly #invocation: Invocation;

  constructor(invocation: Invocation) {
    this.#invocation = invocation;
  }

  /** The sanitised patch, with what was dropped from it. */
  async transform(patch: unknown): Promise<CheckedPatch> {
    const parse = () => parsePatch(patch, "html.transform: patch");
    return this.#invocation.perform(
      { ...call, method: "transform", args: [patch] },
      parse,
      (parsed, caveats) => {
        const checked = this.#check(parsed, caveats);
        this.#invocation.noteDropped(checked.dropped);
        return checked;
      },
    );
  }

  /** The patched HTML. @throws PAYLOAD_TOO_LARGE where each patch would be held against too many tags */
  async apply(html: unknown, patch: unknown): Promise<string> {
    const parse = () => {
      const parsed = {
        html: parseOrThrow(htmlSchema, html, "html.apply: html"),
        patch: parsePatch(patch, "html.apply: patch"),
      };
      assertBoundedPass(parsed.html, parsed.patch.elements?.length ?? 0);
      return parsed;
    };
    return this.#invocation.perform(
      { ...call, method: "apply", args: [html, patch] },
      parse,
      async (parsed, caveats) => {
        const { dropped: _dropped, ...checked } = this.#check(parsed.patch, caveats);
        const document = new Response(parsed.html, {
          headers: { "content-type": "text/html; charset=utf-8" },
        });
        return applyPatch(document, { patch: checked }).text();
      },
    );
  }

  #check(patch: HtmlPatch, { elements }: Caveats): CheckedPatch {
    return checkPatch(patch, this.#invocation.subject.plugin, elements);
  }
}

/** `api.html` of one invocation. */
export class HtmlTarget extends RpcTarget {
  readonly #transformer: HtmlTransformer;

  constructor(transformer: HtmlTransformer) {
    super();
    this.#transformer = transformer;
  }

  transform(patch: unknown) {
    return this.#transformer.transform(patch);
  }
  apply(html: unknown, patch: unknown) {
    return this.#transformer.apply(html, patch);
  }
}

/** The same for a Worker that is bound: each call opens, and is, an invocation of its own. */
export function htmlEntrypoint<Env>(open: OpenBound<Env, HtmlTransformer>) {
  return class Html extends WorkerEntrypoint<Env, CapabilityProps> {
    transform(patch: unknown) {
      return open(this.ctx, this.env, (transformer) => transformer.transform(patch));
    }
    apply(html: unknown, patch: unknown) {
      return open(this.ctx, this.env, (transformer) => transformer.apply(html, patch));
    }
  };
}

function parsePatch(patch: unknown, what: string): HtmlPatch {
  return parseOrThrow(htmlPatchSchema, patch, what);
}

/** Before the pass: once begun it ends with the document, in one turn. */
function assertBoundedPass(html: string, patches: number): void {
  const tags = html.split("<").length - 1;
  if (tags * patches <= MAX_MATCHES) return;
  throw new EmgateError(
    "PAYLOAD_TOO_LARGE",
    `html.apply: expected at most ${MAX_MATCHES} tags times element patches, got ${tags} times ${patches}`,
  );
}
