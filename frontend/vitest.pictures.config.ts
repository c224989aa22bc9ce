import { defineConfig } from "vitest/config";

/** What is done with the page in a real browser that no test is: its pictures for the docs, and how soon it shows. */
export default defineConfig({
  test: {
    include: ["tests/pictures/*.ts"],
    globalSetup: "tests/browser/server.ts",
    fileParallelism: false,
    testTimeout: 1_800_000,
    hookTimeout: 240_000,
  },
});
