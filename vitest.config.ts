import { fileURLToPath } from "node:url";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { requiredPackages } from "./test/helpers/required-packages.ts";
import { CHROMIUM, ISOLATION, PREPARED } from "./vite.shared.ts";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Tests import the package by its public names, as a consumer does; here they mean the sources. */
const alias = [
  { find: /^cifar-kit$/, replacement: at("./src/index.ts") },
  {
    find: /^cifar-kit\/(metrics|plots|node|browser|simd|study|study\/bullmq|mpi|postgres)$/,
    replacement: at("./src/$1/index.ts"),
  },
];

const BROWSER = ["test/**/*.browser.test.ts"];
const SETUP = ["test/helpers/seeded-random.ts", "test/helpers/equal-bytes.ts"];
const PAGES = ["test/**/*.page.test.ts"];
const SLOW = ["test/**/*.slow.test.ts"];
const LONG = ["test/**/*.long.test.ts"];

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
        plugins: [
          requiredPackages(
            ["core", "layers", "data", "converter", "backend-cpu", "backend-wasm"].map(
              (part) => `@tensorflow/tfjs-${part}`,
            ),
          ),
        ],
        test: {
          name: "node",
          include: ["test/**/*.test.ts"],
          exclude: [...BROWSER, ...PAGES, ...SLOW, ...LONG],
          setupFiles: SETUP,
          pool: "forks",
          testTimeout: 60_000,
          hookTimeout: 600_000,
        },
      },
      {
        // What takes long: kills, fuzzing, the programs of the docs. `npm run test:ci` runs it.
        resolve: { alias },
        test: {
          name: "slow",
          include: SLOW,
          setupFiles: SETUP,
          pool: "forks",
          testTimeout: 30 * 60_000,
          hookTimeout: 600_000,
        },
      },
      {
        // What takes hours, or what the machine may not have: `npm run test:long`, when asked for.
        resolve: { alias },
        test: {
          name: "long",
          include: LONG,
          setupFiles: SETUP,
          pool: "forks",
          testTimeout: 6 * 3_600_000,
          hookTimeout: 600_000,
        },
      },
      {
        // What takes several pages, tabs or servers: these tests drive the browser from outside.
        resolve: { alias },
        test: {
          name: "pages",
          include: PAGES,
          setupFiles: SETUP,
          pool: "forks",
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 240_000,
        },
      },
      {
        resolve: { alias },
        server: { headers: ISOLATION },
        optimizeDeps: { include: PREPARED },
        test: {
          name: "browser",
          include: BROWSER,
          setupFiles: [...SETUP, "test/browser/quiet-console.ts"],
          fileParallelism: false,
          testTimeout: 240_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            instances: [{ browser: "chromium" }],
            provider: playwright({ launchOptions: CHROMIUM }),
          },
        },
      },
    ],
  },
});
