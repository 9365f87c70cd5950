// Calls of what the manifest does not declare, by every way to a member of `api`.
// The table's manifest declares hook:beforePublish and read:kv.
import type { HostileTable } from "./table.ts";

export const scopes: HostileTable = {
  rule: "scopes",
  reject: {
    "a member": 'await api.kv.put("a", "b");',
    "a member by a text": 'await api["kv"]["put"]("a", "b");',
    "a member by parts": 'await api["k" + "v"]["p" + "ut"]("a", "b");',
    "a member out of a pattern": 'const { kv: k } = api; await k.put("a", "b");',
    "a member out of a nested pattern": 'const { kv: { put } } = api; await put("a", "b");',
    "a member under names": 'const a = api, k = a.kv, p = k.put; await p("a", "b");',
    "a member bound": 'const put = api.kv.put.bind(api.kv); await put("a", "b");',
    "a member, called by call": 'await api.kv.put.call(api.kv, "a", "b");',
    "a member by Reflect.get": 'await Reflect.get(api.kv, "put")("a", "b");',
    "a member handed on": "[data.title].map(api.kv.put);",
    "api handed to a function": 'const save = (a) => a.kv.put("a", "b"); await save(api);',
    "api handed to a function's pattern": 'const save = ({ kv }) => kv.put("a", "b"); await save(api);',
    "the hook's whole argument":
      'export default { async beforePublish(given) { await given.api.kv.put("a", "b"); return true; } };',
    "the hook's arguments":
      'export default { async beforePublish() { await arguments[0].api.kv.put("a", "b"); return true; } };',
    "the hook's rest":
      'export default { async beforePublish(...all) { await all[0].api.kv.put("a", "b"); return true; } };',
    "a function in another's place":
      'const f = async ({ api }) => { await api.kv.put("a", "b"); return true; }; export default { beforePublish: f };',
    "a database": 'await api.db.exec("DELETE FROM a");',
    "a page by its short name": "await api.getPage(data.pageId);",
    "HTML by its short name": 'await api.transformHtml("", {});',
    "a member behind a negated question": "if (!api.kv.put) return true; await api.kv.put('a', 'b');",
  },
};
