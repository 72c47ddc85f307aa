import { rmSync } from "node:fs";
import { defineConfig, type Options } from "tsup";

// Here, once: each of the builds below would clean away what the other has written.
rmSync("dist", { recursive: true, force: true });

/**
 * In the CommonJS build what `import()` loads can be had by `require`, too: where a test runner's
 * context refuses `import()`, as Jest's does. Elsewhere it stays a real import, which knows modules of
 * both kinds.
 */
const REFUSED = `.catch((error) => {
  if (!/^ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING/.test(error?.code)) throw error;
  try {
    const it = require(%);
    return it.__esModule ? it : { ...it, default: it };
  } catch (cause) {
    throw Object.assign(error, { cause });
  }
})`;

const ALIKE: Options = {
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
  // Entries share chunks, so that a class is the same class whichever entry it came through.
  splitting: true,
  // With CommonJS splitting, only the tree-shaking pass keeps `await import()` a real import.
  treeshake: true,
  plugins: [
    {
      name: "require-where-import-is-refused",
      renderChunk(code) {
        if (this.format !== "cjs") return undefined;
        return {
          code: code.replace(
            /\bimport\(("[^"]+")\)/g,
            (call, specifier: string) => call + REFUSED.replace("%", specifier),
          ),
        };
      },
    },
  ],
  shims: true,
};

export default defineConfig([
  {
    ...ALIKE,
    entry: {
      index: "src/index.ts",
      metrics: "src/metrics/index.ts",
      plots: "src/plots/index.ts",
      node: "src/node/index.ts",
      browser: "src/browser/index.ts",
      simd: "src/simd/index.ts",
    },
  },
  {
    ...ALIKE,
    // By itself: chunks that it shared with the others would cut theirs into more and larger ones.
    entry: {
      study: "src/study/index.ts",
      // The program of a study's processes: no entry for users.
      "study-worker": "src/study/local/worker.ts",
    },
  },
  {
    ...ALIKE,
    // By itself, too: it has what the study has, which it shares by brands.
    entry: { "study-bullmq": "src/study/bullmq/index.ts" },
  },
  {
    ...ALIKE,
    // The program of the threads that decode pictures for `imageStream`: no entry for users.
    entry: { "decode-worker": "src/node/decode-worker.ts" },
    format: ["esm"],
    dts: false,
  },
  {
    ...ALIKE,
    // The program: nobody imports it. What it is made of, it imports as everybody does.
    entry: { cli: "src/cli/main.ts" },
    external: [...ALIKE.external!, /^cifar-kit/],
    format: ["esm"],
    dts: false,
  },
  {
    ...ALIKE,
    // By itself, too, for the same reason.
    entry: { postgres: "src/postgres/index.ts" },
  },
  { ...ALIKE, entry: { mpi: "src/mpi/index.ts" } },
]);
