import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Tests import the package by its public names, as a consumer does; here they mean the sources. */
const alias = [
  { find: /^cifar-kit$/, replacement: at("./src/index.ts") },
  { find: /^cifar-kit\/(metrics|plots|node|simd)$/, replacement: at("./src/$1/index.ts") },
];

export default defineConfig({
  resolve: { alias },
  test: {
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      exclude: ["src/simd/assembly/**", "src/**/*.generated.ts"],
      reporter: ["text-summary", "lcov", "json-summary"],
    },
    projects: [
      {
        resolve: { alias },
        test: {
          name: "node",
          include: ["test/**/*.test.ts"],
          exclude: ["test/**/*.browser.test.ts", "test/**/*.slow.test.ts"],
          pool: "forks",
          testTimeout: 60_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
