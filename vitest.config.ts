import { fileURLToPath } from "node:url";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Tests import the package by its public names, as a consumer does; here they mean the sources. */
const alias = [
  { find: /^cifar-kit$/, replacement: at("./src/index.ts") },
  { find: /^cifar-kit\/(metrics|plots|node|browser|simd)$/, replacement: at("./src/$1/index.ts") },
];

/** The headers that let a page share memory between threads. */
const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

const BROWSER = ["test/**/*.browser.test.ts"];
const PAGES = ["test/**/*.page.test.ts"];
const SLOW = ["test/**/*.slow.test.ts"];

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
          exclude: [...BROWSER, ...PAGES, ...SLOW],
          pool: "forks",
          testTimeout: 60_000,
          hookTimeout: 600_000,
        },
      },
      {
        // What takes minutes: kills, fuzzing, other suites. `npm run test:ci` runs it.
        resolve: { alias },
        test: {
          name: "slow",
          include: SLOW,
          pool: "forks",
          testTimeout: 30 * 60_000,
          hookTimeout: 600_000,
        },
      },
      {
        // What takes several pages, tabs or servers: these tests drive the browser from outside.
        resolve: { alias },
        test: {
          name: "pages",
          include: PAGES,
          pool: "forks",
          fileParallelism: false,
          testTimeout: 240_000,
          hookTimeout: 240_000,
        },
      },
      {
        resolve: { alias },
        server: { headers: ISOLATION },
        // Dependencies found only while a test runs would make the page load anew in its middle.
        optimizeDeps: {
          include: [
            "@tensorflow/tfjs-core",
            "@tensorflow/tfjs-layers",
            "@tensorflow/tfjs-data",
            "@tensorflow/tfjs-backend-cpu",
            "@tensorflow/tfjs-backend-wasm",
            "@tensorflow/tfjs-backend-webgl",
            "@tensorflow/tfjs-backend-webgpu",
            "pure-rand/distribution/uniformFloat64",
            "pure-rand/generator/mersenne",
            "pure-rand/generator/xoroshiro128plus",
            "vega",
            "vega-lite",
          ],
        },
        test: {
          name: "browser",
          include: BROWSER,
          fileParallelism: false,
          testTimeout: 240_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            instances: [{ browser: "chromium" }],
            provider: playwright({
              launchOptions: {
                executablePath: process.env.CHROME_BIN ?? "/usr/bin/chromium",
                args: [
                  "--no-sandbox",
                  "--disable-quic",
                  "--no-first-run",
                  "--disable-background-networking",
                  "--disable-component-update",
                  "--disable-sync",
                  "--enable-unsafe-webgpu",
                  "--use-webgpu-adapter=swiftshader",
                ],
              },
            }),
          },
        },
      },
    ],
  },
});
