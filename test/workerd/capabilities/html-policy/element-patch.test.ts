// Element patches: what the selector alone tells is refused early, with a reason, and the rest is kept.
import { describe, expect, it } from "vitest";
import { checkPatch } from "../../../../capabilities/html-policy/index.ts";
import { readSelected } from "../../../../capabilities/html-policy/selectors.ts";
import type { ElementPatch } from "../../../../contracts/html-patch.ts";
import { PLUGIN } from "./served-page.ts";

const check = (...elements: ElementPatch[]) => checkPatch({ elements }, PLUGIN);

describe("an element patch", () => {
  it.each([
    ["p", "append"],
    ["ul > LI.last", "append"],
    ["table td, th", "setText"],
    ["img", "prepend"],
    ["hr", "setText"],
    ["head", "before"],
    ["body.home", "append"],
    ["html", "setText"],
  ] as const)("on %s is refused its %s", (selector, slot) => {
    const { elements, dropped } = check({ selector, [slot]: "x", setAttributes: { title: "t" } });
    expect(elements).toEqual([{ selector, setAttributes: { title: "t" } }]);
    expect(dropped).toMatchObject([{ where: `elements[0].${slot}`, what: selector }]);
  });

  it.each([
    ["p", "prepend"],
    ["p", "after"],
    [".text", "append"],
    ["p, div", "append"],
    ["p > a", "append"],
    ["div:not(p)", "append"],
    ["div[data-a='p, li > p']", "append"],
    ["img", "before"],
    ["main:not(script)", "setText"],
  ] as const)("on %s keeps its %s", (selector, slot) => {
    const { elements, dropped } = check({ selector, [slot]: "x" });
    expect(elements).toEqual([{ selector, [slot]: "x" }]);
    expect(dropped).toEqual([]);
  });

  it("is one of at most fifty", () => {
    const { elements, dropped } = check(
      ...Array.from({ length: 52 }, () => ({ selector: "p", before: "x" })),
    );
    expect(elements?.length).toBe(50);
    expect(dropped.map(({ where }) => where)).toEqual(["elements[50]", "elements[51]"]);
  });

  it("keeps the runtime's words on a bad selector", () => {
    expect(check({ selector: "p + a", setText: "x" }).dropped[0]?.why).toContain("combinator `+`");
  });

  it("takes attribute names in any case, and a fragment as href", () => {
    const { elements } = check({
      selector: "a",
      setAttributes: { HREF: "#top", "Data-X": "1", " Title ": "t" },
    });
    expect(elements?.[0]?.setAttributes).toEqual({ href: "#top", "data-x": "1", title: "t" });
  });
});

describe("a selector", () => {
  it.each([
    ["form input", [{ type: "input", within: ["form"] }]],
    ["DIV.a > p#b", [{ type: "p", within: ["div"] }]],
    ["svg *", [{ type: null, within: ["svg"] }]],
    ["p [x]", [{ type: null, within: ["p"] }]],
    [
      "a[title='x, y > z'], .b",
      [
        { type: "a", within: [] },
        { type: null, within: [] },
      ],
    ],
    ['p:not([a=")"], :not(b))', [{ type: "p", within: [] }]],
    ["p:nth-child(2n + 1) b", [{ type: "b", within: ["p"] }]],
  ])("%s is read as what it plainly selects", (selector, selected) => {
    expect(readSelected(selector)).toEqual(selected);
  });
});
