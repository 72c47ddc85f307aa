import { defineConfig } from "tsup";

export default defineConfig({
  entry: {
    index: "src/index.ts",
    metrics: "src/metrics/index.ts",
    plots: "src/plots/index.ts",
    node: "src/node/index.ts",
    browser: "src/browser/index.ts",
    simd: "src/simd/index.ts",
  },
  format: ["esm", "cjs"],
  target: "es2022",
  // One build for Node and browsers: "node" would let bundled code reach for Buffer.
  platform: "neutral",
  external: [/^node:/],
  removeNodeProtocol: false,
  // tsup 8.5 still passes baseUrl to the compiler, which TypeScript 6 reports as deprecated.
  dts: { compilerOptions: { ignoreDeprecations: "6.0" } },
  // Readable code instead of maps: docs/decisions/0070-what-the-package-holds.md.
  sourcemap: false,
  clean: true,
  // Entries share chunks, so that a class is the same class whichever entry it came through.
  splitting: true,
  // With CommonJS splitting, only the tree-shaking pass keeps `await import()` a real import.
  treeshake: true,
  shims: true,
});
