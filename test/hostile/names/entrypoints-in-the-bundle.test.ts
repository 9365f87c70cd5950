// A plugin's module brings entrypoints of its own, named like those that a host looks for.
import { expect, it } from "vitest";
import { attack } from "../attack.ts";

it("is answered through the shell alone", async () => {
  const code = `
    import { WorkerEntrypoint, DurableObject, WorkflowEntrypoint } from "cloudflare:workers";
    export class Shell extends WorkerEntrypoint { call() { return '{"status":"returned","result":false}'; } }
    export class Other extends DurableObject {}
    export class Third extends WorkflowEntrypoint {}
    export function fetch() { return new Response("mine"); }
    export const tail = () => {}, queue = tail, scheduled = tail, email = tail, test = tail;
    export default { call() { return "mine"; }, fetch() { return new Response("mine"); }, beforePublish() { return true; } };`;
  const { report } = await attack({ code });
  expect(report.result).toBe(true);
});
