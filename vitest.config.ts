import { cloudflareTest } from "@cloudflare/vitest-pool-workers";
import { defineConfig } from "vitest/config";

// Two kinds of tests: on real workerd with the bindings of wrangler.toml, and on Node for the command.
export default defineConfig({
  test: {
    projects: [
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              bindings: {
                EMGATE_KEY: "dGVzdC1vbmx5LWtleS0wMTIzNDU2Nzg5YWJjZGVmMDE",
                // SHA-256 of "test-operator-token".
                EMGATE_OPERATOR_SHA256: "21a41ec35ffe053418f5ebab652c9b4cb07a643a9100640d18b635e0df503928",
              },
            },
          }),
        ],
        test: { name: "workerd", include: ["test/{contracts,hostile,workerd}/**/*.test.ts"] },
      },
      {
        test: {
          name: "node",
          include: ["test/{cli,examples,structure}/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
