// The session of an operator, for benchmarks that run inside the gateway's Worker.
import type { Env, RequestContext } from "../services/gateway/env.ts";
import { AdminSessionTarget } from "../services/gateway/sessions/admin-session.ts";

export function openAdmin(ctx: RequestContext, env: Env): AdminSessionTarget {
  const identity = { id: "bench", role: "operator", site: null, label: "bench", token: null } as const;
  return new AdminSessionTarget(ctx, env, identity, "http://localhost");
}
