import { defineConfig } from "vitest/config";

/** Tests of the built page in a real browser against a real `caspia serve`. */
export default defineConfig({
  test: {
    include: ["tests/browser/**/*.test.ts"],
    globalSetup: "tests/browser/server.ts",
    fileParallelism: false,
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
});
