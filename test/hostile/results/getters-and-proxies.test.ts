// A plugin answers with objects that answer for themselves: another value each time, or an error.
import { expectRejected } from "./rejected.ts";

expectRejected({
  "a getter that throws": ["{ get allow() { throw new Error('x'); } }", "RESULT_REJECTED"],
  "a getter that changes its mind": [
    "(() => { let turn = 0; return { get allow() { turn += 1; return turn > 1 ? true : 'no'; } }; })()",
    "RESULT_REJECTED",
  ],
  "a proxy that throws at everything": [
    "new Proxy({}, { ownKeys() { throw new Error('x'); }, get() { throw new Error('x'); } })",
    "PLUGIN_ERROR",
  ],
  "a proxy with a key too many at each look": [
    "new Proxy({ allow: true }, { get: (it, key) => (key in it ? it[key] : key === 'toJSON' ? undefined : 1), ownKeys: () => ['allow', 'k' + Math.random()], getOwnPropertyDescriptor: () => ({ value: true, enumerable: true, configurable: true }) })",
    "RESULT_REJECTED",
  ],
  "a revoked proxy": [
    "(() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; })()",
    "PLUGIN_ERROR",
  ],
  "a proxy of a function": ["new Proxy(() => {}, { get: () => true })", "RESULT_REJECTED"],
});
