// Plugins as people write them, each in a way of its own.
// The manifest of the tests declares what they use, so that nothing is left to say of them.

const WHOLE = (body: string) => `export default {\n${body}\n};`;
const HOOK = (body: string) =>
  WHOLE(`async beforePublish({ data, context, api }) {\n${body}\nreturn true;\n}`);

/** Code by what is special about it. */
export const PLUGINS: Readonly<Record<string, string>> = {
  "a hook that does nothing": HOOK(""),
  "a hook as an arrow": WHOLE("beforePublish: async ({ data }) => data.title !== ''"),
  "a hook as a function expression": WHOLE(
    "beforePublish: async function (given) { return given.data.title !== ''; }",
  ),
  "a hook that is named above":
    "async function check({ data }) { return data.title !== ''; }\nexport default { beforePublish: check };",
  "a hook by its short name":
    "const beforePublish = async ({ data }) => data.title !== '';\nexport default { beforePublish };",
  "a plugin that is named":
    "const plugin = { async beforePublish() { return true; } };\nexport default plugin;",
  "a plugin that is frozen": "export default Object.freeze({ async beforePublish() { return true; } });",
  "a plugin that is exported at the end":
    "const plugin = { async beforePublish() { return true; } };\nexport { plugin as default };",
  "a plugin with a key in quotes": 'export default { "beforePublish": async () => true };',
  "a bundler's var":
    "var plugin_default = { async beforePublish() { return true; } };\nexport {\n  plugin_default as default\n};",
  "helpers below":
    WHOLE("async beforePublish({ data }) { return count(data.title) > 3; }") +
    "\nfunction count(text) { return text.trim().length; }",
  "a helper that takes api":
    HOOK("await remember(api, data.pageId);") +
    "\nasync function remember(api, id) { await api.kv.put(id, '1'); }",
  "a helper that takes a part of api":
    HOOK("await remember(api.kv, data.pageId);") +
    "\nasync function remember(kv, id) { await kv.put(id, '1'); }",
  "a helper with a pattern":
    HOOK("await remember(api, data);") +
    "\nasync function remember({ kv }, { pageId }) { await kv.put(pageId, '1'); }",
  "a class around api":
    HOOK("const store = new Store(api); await store.save(data.pageId);") +
    "\nclass Store { #kv; constructor(api) { this.#kv = api.kv; } save(id) { return this.#kv.put(id, '1'); } }",
  "a class that extends another":
    HOOK("new B().run(data.title);") +
    "\nclass A { run(x) { return x; } } class B extends A { run(x) { return super.run(x).trim(); } }",
  "an error of its own":
    HOOK("if (!data.title) throw new EmptyTitle();") +
    "\nclass EmptyTitle extends Error { name = 'EmptyTitle'; }",
  "a closure that counts": `const counter = (() => { let n = 0; return () => ++n; })();\n${HOOK("counter();")}`,
  "a cache in a Map":
    "const cache = new Map();\n" +
    HOOK("if (!cache.has(data.pageId)) cache.set(data.pageId, await api.kv.get(data.pageId));"),
  "a memo in a WeakMap": `const memo = new WeakMap();\n${HOOK("memo.set(data, 1); memo.get(data);")}`,
  "a table of functions":
    "const CHECKS = { title: (d) => d.title !== '', excerpt: (d) => d.excerpt !== '' };\n" +
    HOOK("return Object.keys(CHECKS).every((key) => CHECKS[key](data));"),
  "a key out of an event": HOOK(
    "const labels = { posts: 'Posts', pages: 'Pages' }; return labels[data.collection] !== undefined;",
  ),
  "a computed member of fields": HOOK(
    "for (const [name, value] of Object.entries(data.fields)) if (!value) return { allow: false, issues: [{ severity: 'error', message: name }] };",
  ),
  "a reduce": HOOK(
    "const total = data.title.split('').reduce((sum, c) => sum + c.charCodeAt(0), 0); return total > 0;",
  ),
  "a method of a prototype":
    "function Counter() { this.n = 0; }\nCounter.prototype.add = function () { this.n += 1; };\n" +
    HOOK("new Counter().add();"),
  "a prototype's inheritance":
    "function A() {}\nfunction B() { A.call(this); }\nB.prototype = Object.create(A.prototype);\nB.prototype.constructor = B;\n" +
    HOOK("new B();"),
  "a method borrowed": `const has = Object.prototype.hasOwnProperty;\n${HOOK("return has.call(data.fields, 'a');")}`,
  "a slice borrowed": HOOK(
    "const list = Array.prototype.slice.call(data.authors, 0, 3); return list.length > 0;",
  ),
  "a copy of its own class": `class A { clone() { return new this.constructor(); } }\n${HOOK("new A().clone();")}`,
  "a question for a class": HOOK("return data.fields.constructor === Object;"),
  "a question for a prototype": HOOK("return Object.getPrototypeOf(data.fields) === Object.prototype;"),
  "a toString of a type": HOOK("return Object.prototype.toString.call(data.fields) === '[object Object]';"),
  "a polyfill behind a question":
    "if (!Array.prototype.at) { Array.prototype.at = function (n) { return this[n < 0 ? this.length + n : n]; }; }\n" +
    HOOK(""),
  "a polyfill by ||=": `Symbol.dispose ||= Symbol.for('Symbol.dispose');\n${HOOK("")}`,
  "a generator":
    "function* words(text) { for (const word of text.split(' ')) yield word; }\n" +
    HOOK("return [...words(data.title)].length > 1;"),
  "an endless generator": `function* ids() { let n = 0; while (true) yield n++; }\n${HOOK("ids().next();")}`,
  "a loop over pages": HOOK(
    "let cursor; do { const page = await api.pages.list({ cursor, limit: 100 }); cursor = page.cursor; } while (cursor);",
  ),
  "a loop with a break": HOOK(
    "let cursor; while (true) { const page = await api.pages.list({ cursor }); if (!page.cursor) break; cursor = page.cursor; }",
  ),
  "a loop that returns": HOOK("for (let n = 0; ; n += 1) { if (n > 10) return n > 5; }"),
  "a loop with labels": HOOK("outer: for (;;) { for (;;) { break outer; } }"),
  "a parser's loop": HOOK(
    "let at = 0; loop: while (true) { switch (data.title[at++]) { case undefined: break loop; default: continue; } }",
  ),
  "a retry": HOOK(
    "for (let attempt = 0; attempt < 3; attempt += 1) { try { await api.kv.put('a', 'b'); break; } catch (error) { if (attempt === 2) throw error; } }",
  ),
  "a timer inside a hook": HOOK("await new Promise((resolve) => setTimeout(resolve, 10));"),
  "a timeout by race": HOOK(
    "await Promise.race([api.kv.get('a'), new Promise((_, reject) => setTimeout(() => reject(new Error('late')), 100))]);",
  ),
  "regular expressions": HOOK(
    "return /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(data.slug) && !/\\s{2,}/.test(data.title);",
  ),
  "an address by a regular expression": HOOK("return /^[^\\s@]+@[^\\s@]+\\.[^\\s@]+$/.test(data.title);"),
  "a regular expression of words":
    `const WORDS = ['foo', 'bar'];\nconst FORBIDDEN = new RegExp(\`\\\\b(?:\${WORDS.join('|')})\\\\b\`, 'iu');\n` +
    HOOK("return !FORBIDDEN.test(data.title);"),
  "a regular expression of escaped text":
    `const escape = (text) => text.replace(/[.*+?^\${}()|[\\]\\\\]/g, '\\\\$&');\n` +
    HOOK("return new RegExp(escape(data.title), 'i').test(data.excerpt);"),
  "a date": HOOK(
    "return new Intl.DateTimeFormat(data.locale, { dateStyle: 'long' }).format(new Date()) !== '';",
  ),
  "a digest": HOOK(
    "const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(data.title)); return hash.byteLength === 32;",
  ),
  base64: HOOK("return btoa(String.fromCharCode(...new TextEncoder().encode(data.title))) !== '';"),
  "a small picture in a text":
    "const ICON = 'data:image/svg+xml;base64," +
    "PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciLz4=".repeat(4) +
    "';\n" +
    HOOK("return ICON.length > data.title.length;"),
  "long prose":
    `const TEXT = ${JSON.stringify("The quick brown fox jumps over the lazy dog. ".repeat(60))};\n` +
    HOOK("return TEXT.includes(data.title);"),
  "a name called process": `function process(text) { return text.trim(); }\n${HOOK("return process(data.title) !== '';")}`,
  "a name called require": HOOK(
    "const require = (value, message) => { if (!value) throw new Error(message); }; require(data.title, 'no title');",
  ),
  "a name called fetch": HOOK("const fetch = (id) => api.kv.get(id); await fetch(data.pageId);"),
  "a member called fetch":
    "const source = { fetch(id, api) { return api.kv.get(id); } };\n" +
    HOOK("await source.fetch(data.pageId, api);"),
  "a member called eval": `const calculator = { eval(a, b) { return a + b; } };\n${HOOK("return calculator.eval(1, 2) === 3;")}`,
  "a parameter called self": `const f = (self) => self.title;\n${HOOK("return f(data) !== '';")}`,
  "a name on the global object": `globalThis.myPluginCache ??= new Map();\n${HOOK("")}`,
  "a question for a feature":
    "const hasSegmenter = typeof Intl !== 'undefined' && 'Segmenter' in Intl;\n" +
    HOOK("return hasSegmenter;"),
  "a question for a runtime":
    "const isNode = typeof process !== 'undefined' && process.versions?.node !== undefined;\n" +
    HOOK("return !isNode;"),
  "a question for Buffer":
    "const encode = typeof Buffer === 'function' ? (s) => Buffer.from(s).toString('base64') : btoa;\n" +
    HOOK("return encode(data.title) !== '';"),
  "a UMD wrapper":
    "(function (root, factory) { if (typeof exports === 'object' && typeof module !== 'undefined') module.exports = factory(); else root.Lib = factory(); })(typeof self !== 'undefined' ? self : {}, function () { return { a: 1 }; });\n" +
    HOOK(""),
  "names of another script": `const größe = 3, ширина = 4, 高さ = 5;\n${HOOK("return größe + ширина + 高さ > data.title.length;")}`,
  "text of another script": HOOK(
    "return ['ру\\u0441ский', 'العربية', 'עברית', '👩‍👩‍👧', 'नमस्ते'].includes(data.title);",
  ),
  settings: HOOK("const { minimum = 3 } = context.settings; return data.title.length >= minimum;"),
  "a log": HOOK("api.log.info('checked', { id: data.pageId }); console.log(context.hook);"),
  "a choice by api.can": HOOK("if (api.can('write:kv')) await api.kv.put('a', 'b');"),
  "an optional member": HOOK("await api.kv?.put?.('a', 'b');"),
  JSON: HOOK(
    "const kept = JSON.parse((await api.kv.get('a')) ?? '{}'); await api.kv.put('a', JSON.stringify({ ...kept, [data.pageId]: 1 }));",
  ),
  "one hook for all":
    "export default { async hook({ context, data, api }) { switch (context.hook) { case 'beforePublish': return data.title !== ''; default: return undefined; } } };",
  "a fluent builder":
    "class Query { #parts = []; where(part) { this.#parts.push(part); return this; } toString() { return this.#parts.join(' '); } }\n" +
    HOOK(`return \`\${new Query().where('a').where('b')}\` === 'a b';`),
  "a deep merge":
    "const merge = (a, b) => { for (const key of Object.keys(b)) { if (key === '__proto__' || key === 'constructor') continue; a[key] = typeof b[key] === 'object' ? merge(a[key] ?? {}, b[key]) : b[key]; } return a; };\n" +
    HOOK("merge({}, data.fields);"),
  "an iterator of its own":
    "class Range { constructor(n) { this.n = n; } *[Symbol.iterator]() { for (let i = 0; i < this.n; i += 1) yield i; } }\n" +
    HOOK("return [...new Range(3)].length === 3;"),
  "a proxy of its own":
    "const defaults = new Proxy({}, { get: (_, key) => String(key) });\n" +
    HOOK("return defaults.title === 'title';"),
  "a tagged template":
    "const html = (parts, ...values) => String.raw({ raw: parts }, ...values);\n" +
    HOOK(`return html\`<b>\${data.title}</b>\` !== '';`),
};
