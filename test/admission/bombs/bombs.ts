// Bundles made to take as long or as much as they can, by what each repeats.
// Each is as large as a submission may be, or as deep as a parser goes.

const HOOK = "export default { async beforePublish() { return true; } };";
const MAX_CHARS = 1_000_000;

/** As many as fit into a bundle. */
function fill(make: (index: number) => string, separator = "", chars = MAX_CHARS): string {
  const parts: string[] = [];
  for (let size = 0, index = 0; size < chars; index += 1) {
    const part = make(index);
    parts.push(part);
    size += part.length + separator.length;
  }
  parts.pop();
  return parts.join(separator);
}

function nest(open: string, inner: string, close: string, depth = 20_000): string {
  return open.repeat(depth) + inner + close.repeat(depth);
}

function times(count: number, make: (index: number) => string, separator = ""): string {
  return Array.from({ length: count }, (_, index) => make(index)).join(separator);
}

export const BOMBS: Readonly<Record<string, () => string>> = {
  "90,000 names in one scope": () => `${fill((i) => `let a${i};`)}${HOOK}`,
  "90,000 names in one declaration": () => `let ${fill((i) => `a${i}`, ",")};${HOOK}`,
  "90,000 functions": () => `${fill((i) => `function a${i}(){}`)}${HOOK}`,
  "90,000 var of one name": () => `${fill(() => "var a;")}${HOOK}`,
  "90,000 assignments to one name": () => `let a;${fill(() => "a=fetch;")}${HOOK}`,
  "40,000 exports": () => `${fill((i) => `export let a${i};`)}${HOOK}`,
  "40,000 exports in one list": () => `let a;export{${fill((i) => `a as b${i}`, ",")}};${HOOK}`,
  "nested lists": () => `x=${nest("[", "", "]")};${HOOK}`,
  "nested parentheses": () => `x=${nest("(", "1", ")")};${HOOK}`,
  "nested blocks": () => `${nest("{", "", "}")}${HOOK}`,
  "nested arrows": () => `x=${nest("()=>", "1", "")};${HOOK}`,
  "nested calls of arrows": () => `x=${nest("(a=>", "a", ")(fetch)")};${HOOK}`,
  "nested templates": () => `x=${nest("`${", "1", "}`")};${HOOK}`,
  "nested classes": () => `x=${nest("class{static a=", "1", "}")};${HOOK}`,
  "nested objects": () => `x=${nest("{a:", "1", "}")};${HOOK}`,
  "nested choices": () => `x=${nest("a?b:", "1", "")};${HOOK}`,
  "nested patterns": () => `var ${nest("[", "a", "]")}=fetch;${HOOK}`,
  "nested object patterns": () => `var ${nest("{a:", "b", "}")}=globalThis;${HOOK}`,
  "nested not": () => `x=${nest("!", "1", "")};${HOOK}`,
  "nested loops": () => `${nest("for(;;)", ";", "")}${HOOK}`,
  "nested loops with defaults": () => `${nest("for(const {a=()=>{", "", "}} of x);", 2_000)}${HOOK}`,
  "nested functions": () => `${nest("function a(){", "fetch()", "}")}${HOOK}`,
  "nested conditions": () => `${nest("if(process)", "process.a", "")};${HOOK}`,
  "nested labels": () => `${times(20_000, (i) => `a${i}:`)};${HOOK}`,
  "nested or": () => `x=${nest("(fetch||", "fetch", ")")};${HOOK}`,
  "less deep or": () => `x=${nest("(fetch||", "fetch", ")", 1_000)};${HOOK}`,
  "less deep calls": () => `x=${nest("(a=>", "a", ")(fetch)", 900)};${HOOK}`,
  "less deep lists": () => `x=${nest("[", "fetch", "]", 1_500)};${HOOK}`,
  "less deep functions": () => `${nest("function a(){", "fetch()", "}", 900)}${HOOK}`,
  "less deep guards": () =>
    `${nest(
      "if(process)",
      times(20_000, () => "process.a"),
      "",
      0,
    )};${HOOK}`,
  "one long sum": () => `x=${fill((i) => `${i}`, "+")};${HOOK}`,
  "one long or": () => `x=${fill(() => "fetch", "||")};${HOOK}`,
  "one long sequence": () => `x=(${fill(() => "fetch", ",")});${HOOK}`,
  "one long list": () => `x=[${fill(() => "fetch", ",")}];${HOOK}`,
  "one long list of texts": () => `x=[${fill((i) => `"constructor${i}"`, ",")}];${HOOK}`,
  "one long call": () => `f(${fill(() => "fetch", ",")});${HOOK}`,
  "one long chain of members": () => `x=globalThis${fill(() => ".a")};${HOOK}`,
  "one long chain of calls": () => `x=fetch${fill(() => "()")};${HOOK}`,
  "many short chains": () => `${fill(() => `globalThis${".a".repeat(100)};`)}${HOOK}`,
  "100,000 parameters": () =>
    `(function(${fill((i) => `a${i}`, ",", 600_000)}){})(${times(20_000, () => "fetch", ",")});${HOOK}`,
  "100,000 calls of one function": () => `function f(a){return a}${fill(() => "f(fetch);")}${HOOK}`,
  "150,000 labels": () => `for(;;){${fill(() => "a:{break a}")}}${HOOK}`,
  "loops in a row": () => `${fill(() => "for(;;);")}${HOOK}`,
  "breaks in deep loops": () =>
    `${nest(
      "for(;;){",
      fill(() => "if(a)break;", "", 500_000),
      "}",
      800,
    )}${HOOK}`,
  "returns in deep loops": () =>
    `function f(){${nest(
      "for(;;){",
      fill(() => "if(a)return;", "", 500_000),
      "}",
      800,
    )}}${HOOK}`,
  "names in a chain": () => `let a0=fetch;${fill((i) => `let a${i + 1}=a${i};`)}a9();${HOOK}`,
  "names in a chain, backwards": () => `a0();${fill((i) => `var a${i}=a${i + 1};`)}${HOOK}`,
  "names in a circle": () =>
    `let ${times(20_000, (i) => `a${i}`, ",")};${times(20_000, (i) => `a${i}=a${(i + 1) % 20_000};`)}a0=fetch;a5();${HOOK}`,
  "names in many circles": () =>
    `let ${times(3_000, (i) => `a${i}`, ",")};${times(15_000, (i) => `a${i % 3_000}=a${(i * 7_919) % 3_000};`)}a0=fetch;${times(3_000, (i) => `a${i}();`)}${HOOK}`,
  "functions in many circles": () =>
    `${times(3_000, (i) => `function f${i}(){return f${(i * 7) % 3_000}()||f${(i * 13) % 3_000}()}`)}${times(3_000, (i) => `f${i}().a;`)}${HOOK}`,
  "choices of choices": () => `let a0=fetch;${fill((i) => `let a${i + 1}=a?a${i}:a${i};`)}${HOOK}`,
  "objects of objects": () =>
    `let a0={a:fetch};${fill((i) => `let a${i + 1}={a:a${i}.a,b:a${i}};`)}a99.a();${HOOK}`,
  "one table and many keys": () =>
    `const t={${times(20_000, (i) => `k${i}:"a${i}"`, ",")}};${times(20_000, (i) => `x[t.k${i}];`)}${HOOK}`,
  "one list and many keys": () =>
    `const t=[${times(20_000, (i) => `"a${i}"`, ",")}];${times(20_000, (i) => `x[t[${i}]];`)}${HOOK}`,
  "one long text and many keys": () =>
    `const t=${times(20_000, () => '"a"', "+")};${times(20_000, () => "x[t];")}${HOOK}`,
  "one long template and many keys": () =>
    `const t=\`${times(10_000, () => `\${a}`)}\`;${times(20_000, () => "x[t];")}${HOOK}`,
  "one long call and many keys": () =>
    `const t=String.fromCharCode(${times(20_000, () => "65", ",")});${times(20_000, () => "x[t];")}${HOOK}`,
  "texts that grow": () =>
    `const a0="a";${fill((i) => `const a${i + 1}=a${i}+a${i};x[a${i}];`, "", 500_000)}${HOOK}`,
  "1 MiB of one text": () => `x="${"a".repeat(MAX_CHARS)}";${HOOK}`,
  "1 MiB of joined text": () => `x[${fill(() => '"aaaaaaaaaaaaaaaa"', "+", 900_000)}];${HOOK}`,
  "1 MiB of noise": () => `x="${fill((i) => ((i * 2_654_435_761) % 4_294_967_296).toString(36))}";${HOOK}`,
  "1 MiB of hidden characters": () => `/*${"\u200b".repeat(330_000)}*/${HOOK}`,
  "1 MiB of hidden text": () => `x="${"\u200b".repeat(330_000)}";${HOOK}`,
  "1 MiB of comments": () => `${"/**/".repeat(250_000)}${HOOK}`,
  "1 MiB of lines": () => `${"\n".repeat(MAX_CHARS)}x=fetch();${HOOK}`,
  "1 MiB of semicolons": () => `${";".repeat(MAX_CHARS)}${HOOK}`,
  "regular expressions with u": () => `${fill((i) => `/[\\u{1}-\\u{10ffff}]${i}/u;`)}${HOOK}`,
  "regular expressions with v": () => `${fill((i) => `/[[a-z]--[b${i}]]/v;`)}${HOOK}`,
  "one regular expression with u": () => `/${"\\p{L}".repeat(180_000)}/u;${HOOK}`,
  "one regular expression with named groups": () => `/${fill((i) => `(?<a${i}>)`)}/u;${HOOK}`,
  "one regular expression with i and v": () => `/${"[\\p{L}--[a-z]]".repeat(60_000)}/iv;${HOOK}`,
  "nested groups": () => `/${nest("(?:", "a", ")*", 100)}/;/${nest("(", "a", ")+", 15_000)}/;${HOOK}`,
  "many repeated groups": () => `${fill((i) => `/(?:a|b${i}+)*c(?:[a-z]+|\\d)*x/;`)}${HOOK}`,
  "groups of many alternatives": () =>
    `${fill((i) => `/^(?:${times(60, (at) => `${i}a${at}b*`, "|")})*$/;`)}${HOOK}`,
  "groups that overlap": () =>
    `${fill((i) => `/^(?:[a-f]${i}|[b-g]*|[c-h]?[d-i]{1,9}|.{2,30})*(?:\\w+\\s?)*$/iu;`)}${HOOK}`,
  "groups of large counts": () => `${fill((i) => `/^(?:(?:a{1,999}b{1,999}){1,999}){1,99${i}}$/;`)}${HOOK}`,
  "look-arounds in look-arounds": () =>
    `${fill((i) => `/(?=(?:(?!(?:a|b${i})*)(?<=(?:c+d*)*))*)*x/;`)}${HOOK}`,
  "writes to what exists": () => `${fill(() => "Array.prototype.a=1;")}${HOOK}`,
  "guards of one name": () => `${fill(() => "typeof process&&process.a;")}${HOOK}`,
  "this in a hook": () => `export default{async beforePublish(){${fill(() => "this.a=1;")}}};`,
  "keys of the plugin": () => `export default{${fill((i) => `a${i}(){}`, ",")}};`,
  "changes of the plugin": () =>
    `const p={async beforePublish(){}};${fill(() => "p.then=1;")}export default p;`,
};
