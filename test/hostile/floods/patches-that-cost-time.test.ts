// A plugin makes small patches that do much work at every element of a page, on the thread that serves everybody.
import { expect, it, onTestFinished } from "vitest";
import { applyPatch } from "../../../contracts/apply-patch.ts";
import { events } from "../../workerd/site.ts";
import { openTarget } from "../attack.ts";
import { pluginOf } from "../plugin-text.ts";

/** Steps of about a microsecond: more for one page are most of a second that nobody else is served. */
const MAX_STEPS = 400_000;

const ofElements = (count: number) =>
  `<html><head></head><body>${"<i class=a></i>".repeat(count)}</body></html>`;

/** How often a method is called that the gateway calls at each element, until the test ends. */
function countCalls(prototype: object, name: string): () => number {
  const own = Object.getOwnPropertyDescriptor(prototype, name);
  const original = own?.value as (...args: unknown[]) => unknown;
  let count = 0;
  const counting = function (this: unknown, ...args: unknown[]) {
    count += 1;
    return original.apply(this, args);
  };
  Object.defineProperty(prototype, name, { ...own, value: counting });
  onTestFinished(() => void Object.defineProperty(prototype, name, own ?? {}));
  return () => count;
}

/** The prototype of what HTMLRewriter hands to its handlers. */
async function findElementPrototype(): Promise<object> {
  let prototype: object = {};
  const element = (it: Element) => {
    prototype = Object.getPrototypeOf(it);
  };
  await new HTMLRewriter().on("p", { element }).transform(new Response("<p>")).text();
  return prototype;
}

/** How often HTMLRewriter hands an element to a handler, until the test ends. */
function countVisits(): () => number {
  let count = 0;
  const { on } = HTMLRewriter.prototype;
  HTMLRewriter.prototype.on = function (selector, { element, ...others }) {
    const counting = (it: Element) => {
      count += 1;
      return element?.(it);
    };
    return on.call(this, selector, { ...others, element: counting });
  };
  onTestFinished(() => {
    HTMLRewriter.prototype.on = on;
  });
  return () => count;
}

it("a page is served with a bounded number of attributes removed", async () => {
  const code = pluginOf(`async renderHtml() {
    const removeAttributes = Array.from({ length: 50 }, (_, n) => "data-" + n);
    return { elements: Array.from({ length: 50 }, () => ({ selector: "*", removeAttributes })) };
  }`);
  const target = await openTarget({ code, scopes: ["hook:renderHtml", "transform:html"] });
  const outcome = target.hear(await target.site.hooks.renderHtml(events.renderHtml));
  const steps = countCalls(await findElementPrototype(), "removeAttribute");
  const page = new Response(ofElements(400), { headers: { "content-type": "text/html" } });
  await applyPatch(page, outcome).text();
  expect(steps()).toBeGreaterThan(0);
  expect(steps()).toBeLessThan(MAX_STEPS);
  await target.expectUnharmed();
});

it("a look at a page is a bounded number of looks at its elements", async () => {
  // A document may have thirty times as many, and each element costs as many steps as there are patches.
  const code = pluginOf(`async beforePublish({ api }) {
    const elements = Array.from({ length: 50 }, () => ({ selector: "*", setAttributes: { class: "x".repeat(2_000) } }));
    await attempt(() => api.html.apply(${JSON.stringify(ofElements(10_000))}, { elements }));
    return true;
  }`);
  const target = await openTarget({ code, scopes: ["hook:beforePublish", "transform:html"] });
  const steps = countVisits();
  await target.run();
  expect(steps()).toBeLessThan(MAX_STEPS);
  await target.expectUnharmed();
});
