import { cloudflareTest } from "@cloudflare/vitest-pool-workers";
import { configDefaults, defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const bindings = {
  EMGATE_KEY: "dGVzdC1vbmx5LWtleS0wMTIzNDU2Nzg5YWJjZGVmMDE",
  // SHA-256 of "test-operator-token".
  EMGATE_OPERATOR_SHA256: "21a41ec35ffe053418f5ebab652c9b4cb07a643a9100640d18b635e0df503928",
};
/** Limits that a test can reach: of 100 calls, and of one block of them. Its period is long enough for 1,000 calls. */
const ratelimits = {
  RATE_OF_HUNDRED: { namespace_id: "9100", simple: { limit: 100, period: 60 as const } },
  RATE_OF_ONE: { namespace_id: "9001", simple: { limit: 1, period: 60 as const } },
};
const workerd = () =>
  cloudflareTest({ wrangler: { configPath: "./wrangler.toml" }, miniflare: { bindings, ratelimits } });

/** Milliseconds; a test waits for leases and drains of seconds, on a machine that does other things too. */
const PATIENCE_MS = 30_000;

/** Files that take minutes, as a part of their path: begun last, they would be waited for alone. */
const LONGEST = ["test/hostile/wedges/in-", "test/cli/end-to-end/admin", "test/revocation/under-load"];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rankOf = ({ moduleId }: TestSpecification) => {
      const rank = LONGEST.findIndex((part) => moduleId.includes(part));
      return rank < 0 ? LONGEST.length : rank;
    };
    return (await super.sort(files)).toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}

/** Files that start servers, and hold processors up: as many at once as leave each its time. */
const COMPUTING = { maxWorkers: 4, sequence: { groupOrder: 0, sequencer: LongestFirst } };
/** Files that wait for leases and timers more than they compute; beside the others they would wait for a processor. */
const WAITING = { maxWorkers: 5, sequence: { groupOrder: 1 } };

// On real workerd with the bindings of wrangler.toml, and on Node for the command. A Worker of its own for each
// file takes a second and more, so the files that make sites of their own share one.
export default defineConfig({
  test: {
    projects: [
      {
        plugins: [workerd()],
        test: {
          name: "workerd",
          ...WAITING,
          include: ["test/workerd/**/*.test.ts"],
          exclude: [...configDefaults.exclude, "test/workerd/core/**"],
          isolate: false,
          testTimeout: PATIENCE_MS,
        },
      },
      {
        plugins: [workerd()],
        test: {
          name: "hostile",
          ...WAITING,
          include: ["test/hostile/**/*.test.ts"],
          exclude: [...configDefaults.exclude, "test/hostile/wedges/**"],
          isolate: false,
          testTimeout: PATIENCE_MS,
        },
      },
      {
        plugins: [workerd()],
        test: {
          name: "core",
          ...WAITING,
          include: ["test/workerd/core/**/*.test.ts"],
          testTimeout: PATIENCE_MS,
        },
      },
      {
        test: {
          name: "node",
          ...COMPUTING,
          // What holds up or ends a runtime has one of its own.
          include: ["test/{admission,cli,examples,hostile/wedges,revocation,structure}/**/*.test.ts"],
          // Loading the bundlers and parsers anew takes longer than most of these files.
          isolate: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
