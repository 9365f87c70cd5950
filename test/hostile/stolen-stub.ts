// How a plugin gets hold of the raw stub behind its api: by a getter on the prototype of all stubs.
// Text for plugins; `steal(api)` answers the stub of this invocation.
export const STEAL = `
import { RpcStub, waitUntil } from "cloudflare:workers";
function steal(api) {
  let raw;
  Object.defineProperty(RpcStub.prototype, "kv", {
    configurable: true,
    get() { raw = this; return { get() {} }; },
  });
  try { api.kv.get("x"); } finally { delete RpcStub.prototype.kv; }
  return raw;
}
`;
