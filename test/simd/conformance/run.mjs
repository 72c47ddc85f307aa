// Runs all of tfjs-core's own test-suite (it ships in the npm package) on a backend, in Node.
//
//   node test/simd/conformance/run.mjs [simd|cpu] [part of a name] [threads] [auto|on|off]

import { spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const core = at("../../../node_modules/@tensorflow/tfjs-core");
const outDir = at(`../../../node_modules/.cache/tfjs-conformance-${process.pid}`);

// One instance of tfjs-core for the suite, for the cpu backend and for ours: its ES modules.
await build({
  configFile: false,
  logLevel: "warn",
  resolve: {
    alias: [
      { find: /^@tensorflow\/tfjs-core$/, replacement: `${core}/dist/index.js` },
      { find: /^@tensorflow\/tfjs-core\/dist\/(.*)$/, replacement: `${core}/dist/$1.js` },
      {
        find: /^@tensorflow\/tfjs-backend-cpu$/,
        replacement: `${core}/../tfjs-backend-cpu/dist/index.js`,
      },
    ],
  },
  plugins: [
    {
      // jasmine_util.js asks for this package only to set a time limit on what it returns.
      name: "jasmine-core",
      resolveId: (id) => (id.startsWith("jasmine-core") ? "\0jasmine-core" : null),
      load: (id) => (id === "\0jasmine-core" ? "export const core = () => ({});" : null),
    },
    // The package says that its modules have no side effects; registering tests is one.
    { name: "side-effects", transform: (code) => ({ code, map: null, moduleSideEffects: true }) },
  ],
  ssr: { noExternal: true },
  build: {
    ssr: at("suite.ts"),
    outDir,
    emptyOutDir: true,
    minify: false,
    rollupOptions: { output: { entryFileNames: "suite.mjs" } },
  },
});

const child = spawn(process.execPath, [`${outDir}/suite.mjs`, ...process.argv.slice(2)], {
  stdio: "inherit",
});
child.on("exit", async (code) => {
  if (!process.env.KEEP) await rm(outDir, { recursive: true, force: true });
  process.exitCode = code ?? 1;
});
