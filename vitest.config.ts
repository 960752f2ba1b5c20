import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    // For tests that hang; on a machine with other work an end-to-end test may take minutes.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    globalSetup: ["tests/support/build-once.ts"],
    // Sentences that are expected of the command line stay on one line; tests/e2e/columns.test.ts is about lines.
    env: { COLUMNS: "400" },
    pool: "forks",
    // Most tests wait for the processes that they start.
    maxWorkers: 3,
    // GitHub's parser imports JSON without saying so, which Node refuses and vitest's own loader does not.
    server: { deps: { inline: [/@actions\/(?:workflow-parser|expressions)/] } },
  },
});
