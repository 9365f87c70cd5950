// The methods of text that a name is put together with, on constants.
// Text alone: lists are fold-text.ts's.

/** Null for a method that is not in the list; `given`: arguments as text. */
export function foldMethod(
  text: string,
  method: string,
  given: readonly string[],
  maxChars: number,
): string | null {
  const [first, second] = given;
  const numbers = given.map(Number);
  const [from = 0, to] = numbers;
  switch (method) {
    case "toString":
    case "valueOf":
    case "normalize":
      return text;
    case "toLowerCase":
    case "toUpperCase":
    case "trim":
    case "trimStart":
    case "trimEnd":
      return text[method]();
    case "slice":
    case "substring":
      return text[method](from, to);
    case "substr":
      return text.slice(from, to === undefined ? undefined : from < 0 ? text.length + from + to : from + to);
    case "at":
      return text.at(from) ?? null;
    case "charAt":
      return text.charAt(from);
    case "padStart":
    case "padEnd":
      return from <= maxChars ? text[method](from, second ?? " ") : null;
    case "repeat":
      return from >= 0 && from * text.length <= maxChars ? text.repeat(from) : null;
    case "replace":
    case "replaceAll":
      // A function in its place, so that `$&` is no more than text.
      return first === undefined || second === undefined ? null : text[method](first, () => second);
    default:
      return null;
  }
}
