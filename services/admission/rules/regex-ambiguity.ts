// Whether some repeated group takes the same text in two ways: `(a|aa)+`, `(\w|\d)*`. Then a text that fails is tried in
// 2^n ways. Found on the group's automaton, by walking it twice at a time.
// It looks at groups alone: what stands around them may forbid the text, and is not asked.
import type { AST } from "@eslint-community/regexpp";
import { type CharSet, JS, NFA } from "refa";

/** States of one group's automaton, and pairs of steps that are compared. */
const MAX_STATES = 100;
const MAX_COMPARED = 100_000;

// What an assertion forbids is not worked out: the alternatives that hold one are left aside.
const PARSING = { assertions: "disable", backreferences: "disable" } as const;

interface Place {
  readonly node: AST.Pattern | AST.Element;
  readonly isLast: boolean;
}

type State = NFA.ReadonlyNode;

/** Two states that the same text leads to. */
interface Pair {
  readonly one: State;
  readonly other: State;
}

/** @throws for what is too large, or of a syntax that the library does not know */
export function isAmbiguous(source: string, flags: string): boolean {
  const parser = JS.Parser.fromLiteral({ source, flags });
  return repeatsOf(parser.ast.pattern).some((repeat) => {
    if (hasSameCharacters(repeat, parser)) return true;
    const { expression, maxCharacter } = parser.parseElement(repeat, PARSING);
    const factory = new NFA.LimitedNodeFactory(MAX_STATES);
    return hasTwoWays(NFA.fromRegex(expression, { maxCharacter }, {}, factory));
  });
}

/** Each outermost group that may be taken any number of times, and after which something may fail. */
function repeatsOf(pattern: AST.Pattern): AST.Quantifier[] {
  const repeats: AST.Quantifier[] = [];
  const left: Place[] = [{ node: pattern, isLast: true }];
  for (let place = left.pop(); place !== undefined; place = left.pop()) {
    const { node, isLast } = place;
    if (node.type === "Quantifier") {
      if (node.max !== Number.POSITIVE_INFINITY) left.push({ node: node.element, isLast: false });
      else if ("alternatives" in node.element && !isLast) repeats.push(node);
    } else if ("alternatives" in node) {
      const endsHere = isLast && node.type !== "Assertion";
      for (const alternative of node.alternatives) {
        if (!("elements" in alternative)) continue;
        for (const [index, element] of alternative.elements.entries())
          left.push({ node: element, isLast: endsHere && index === alternative.elements.length - 1 });
      }
    }
  }
  return repeats;
}

/** Alternatives of one character each that share one: the automaton below makes one of them. */
function hasSameCharacters(repeat: AST.Quantifier, parser: JS.Parser): boolean {
  const left: AST.Element[] = [repeat.element];
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (node.type === "Quantifier") left.push(node.element);
    if (!("alternatives" in node)) continue;
    const sets: CharSet[] = [];
    for (const alternative of node.alternatives) {
      if (!("elements" in alternative)) continue;
      for (const element of alternative.elements) left.push(element);
      const [only, ...others] = alternative.elements;
      if (only === undefined || others.length > 0 || !/^Character/.test(only.type)) continue;
      const [concatenation] = parser.parseElement(only, PARSING).expression.alternatives;
      const [characters] = concatenation?.elements ?? [];
      if (characters?.type === "CharacterClass") sets.push(characters.characters);
    }
    if (sets.some((one, at) => sets.slice(at + 1, MAX_STATES).some((other) => !one.isDisjointWith(other))))
      return true;
  }
  return false;
}

/**
 * Whether some text leads from one state to one state on two ways. In a repeat every state leads on to every other, so
 * the two ways can be taken again and again.
 */
function hasTwoWays(nfa: NFA): boolean {
  const seen = new Map<State, Set<State>>();
  const left: Pair[] = [];
  const add = (one: State, other: State) => {
    const others = seen.get(one) ?? new Set<State>();
    seen.set(one, others.add(other));
    left.push({ one, other });
  };
  for (const state of nfa.nodes()) add(state, state);
  let compared = 0;
  for (let pair = left.pop(); pair !== undefined; pair = left.pop()) {
    for (const [one, chars] of pair.one.out) {
      for (const [other, others] of pair.other.out) {
        compared += 1;
        if (compared > MAX_COMPARED) throw new RangeError("too many steps to compare");
        if (chars.isDisjointWith(others)) continue;
        if (one === other && pair.one !== pair.other) return true;
        if (seen.get(one)?.has(other) !== true) add(one, other);
      }
    }
  }
  return false;
}
